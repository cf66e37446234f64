using PoweredAppliance.Scheduling.Packing;

namespace PoweredAppliance.Scheduling.Numa;

/// <summary>What a VM asks of a host that has NUMA cells: an even part of it in each of so many.</summary>
public readonly record struct NumaWish(Size Size, int Cells = 1)
{
    /// <summary>What it takes of each of its cells; rounded up.</summary>
    public Size Part => new((Size.CpuPercent + Cells - 1) / Cells, (Size.Mebibytes + Cells - 1) / Cells);
}

/// <summary>What is free in each cell of a host.</summary>
public sealed class NumaRoom(params Size[] cells) : IEquatable<NumaRoom>
{
    /// <summary>Places of a cell for VMs that ask for nothing of it.</summary>
    private const long Many = 1_000_000;

    public ReadOnlySpan<Size> Cells => cells;

    public Size Free => cells.Aggregate((a, b) => a + b);

    /// <summary>The room once it has taken the VM; null: it does not fit.</summary>
    /// <param name="first">the cell that a VM of one cell gets; one of several gets those with the lowest numbers, from here on, that hold its part</param>
    public NumaRoom? After(in NumaWish wish, int first, out int taken)
    {
        var (after, missing) = ((Size[])cells.Clone(), wish.Cells);
        taken = 0;
        for (var cell = first; cell < cells.Length && missing > 0; cell++)
        {
            if (!cells[cell].Holds(wish.Part))
            {
                if (wish.Cells == 1)
                    return null;
                continue;
            }

            after[cell] -= wish.Part;
            taken |= 1 << cell;
            missing--;
        }

        return missing == 0 ? new NumaRoom(after) : null;
    }

    /// <summary>So many such VMs fit, if there are no others: so many that cells which give each of them one place at most have places enough.</summary>
    public int Places(in NumaWish wish)
    {
        var places = Given(wish.Part, long.MaxValue) / wish.Cells;
        while (Given(wish.Part, places) / wish.Cells is var fewer && fewer < places)
            places = fewer;
        return (int)places;
    }

    public bool Equals(NumaRoom? other) => other is not null && Cells.SequenceEqual(other.Cells);

    public override bool Equals(object? obj) => Equals(obj as NumaRoom);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var cell in cells)
            hash.Add(cell);
        return hash.ToHashCode();
    }

    private long Given(in Size part, long most)
    {
        var given = 0L;
        foreach (var cell in cells)
            given += Math.Min(Places(cell, part), most);
        return given;
    }

    private static long Places(in Size cell, in Size part) => Math.Max(0, Math.Min(
        part.CpuPercent == 0 ? Many : cell.CpuPercent / part.CpuPercent, part.Mebibytes == 0 ? Many : cell.Mebibytes / part.Mebibytes));
}
