namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>Values by their ids, which are dense and begin at 0: kept in blocks, so there is no search and no lock for readers.</summary>
public sealed class ById<T> where T : class
{
    private const int BlockSize = 1024;

    private readonly Lock _growing = new();
    private volatile T?[][] _blocks = [];
    private int _highest = -1;

    /// <summary>The highest id that anything was put under; -1 when there is none.</summary>
    public int HighestId => Volatile.Read(ref _highest);

    public T? Find(int id)
    {
        var blocks = _blocks;
        return id >= 0 && id / BlockSize < blocks.Length ? Volatile.Read(ref blocks[id / BlockSize][id % BlockSize]) : null;
    }

    public void Put(int id, T value) => Volatile.Write(ref Slot(id), value);

    /// <summary>What is there, else what is made; two who ask at once get the same.</summary>
    public T GetOrAdd(int id, Func<int, T> make)
    {
        if (Find(id) is { } there)
            return there;
        var made = make(id);
        return Interlocked.CompareExchange(ref Slot(id), made, null) ?? made;
    }

    private ref T? Slot(int id)
    {
        if (id > HighestId)
            MakeRoom(id);
        return ref _blocks[id / BlockSize][id % BlockSize];
    }

    private void MakeRoom(int id)
    {
        lock (_growing)
        {
            var blocks = _blocks;
            if (id / BlockSize >= blocks.Length)
            {
                var more = new T?[id / BlockSize + 1][];
                blocks.CopyTo(more, 0);
                for (var i = blocks.Length; i < more.Length; i++)
                    more[i] = new T?[BlockSize];
                _blocks = more;
            }

            if (id > _highest)
                Volatile.Write(ref _highest, id);
        }
    }
}
