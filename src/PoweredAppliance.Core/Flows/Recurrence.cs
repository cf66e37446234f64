using System.Globalization;

namespace PoweredAppliance.Core.Flows;

/// <summary>A time that comes again, as cron writes it: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday),
/// each <c>*</c>, numbers, names, ranges <c>1-5</c> or steps <c>*/15</c>, with commas. All times are UTC.</summary>
public sealed class Recurrence
{
    private static readonly (int Least, int Most, string[] Names)[] Fields =
    [
        (0, 59, []), (0, 23, []), (1, 31, []),
        (1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        (0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    private readonly ulong[] _on;
    private readonly bool _anyDay, _anyWeekday;

    private Recurrence(ulong[] on, bool anyDay, bool anyWeekday) => (_on, _anyDay, _anyWeekday) = (on, anyDay, anyWeekday);

    /// <exception cref="FormatException">It is none; the text names the part.</exception>
    public static Recurrence Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
            throw new FormatException($"a recurrence has {Fields.Length} parts (minute, hour, day, month, weekday), '{text}' has {parts.Length}");
        var on = parts.Select((part, i) => Bits(part, i)).ToArray();
        if ((on[4] & (1UL << 7)) != 0)
            on[4] |= 1;
        return new(on, parts[2] is "*", parts[4] is "*");
    }

    /// <summary>The last such minute behind <paramref name="after"/> and not behind <paramref name="until"/>; null: there is none. Looks back
    /// a week at most: what was missed for longer is not made up for.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, DateTimeOffset until)
    {
        var minute = new DateTimeOffset(until.UtcDateTime.Ticks - until.UtcDateTime.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        for (var first = until.AddDays(-7); minute > after && minute > first; minute = minute.AddMinutes(-1))
            if (Matches(minute))
                return minute;
        return null;
    }

    /// <summary>As in cron, where both days are given one of them is enough.</summary>
    private bool Matches(DateTimeOffset time)
    {
        var (day, weekday) = (Has(2, time.Day), Has(4, (int)time.DayOfWeek));
        return Has(0, time.Minute) && Has(1, time.Hour) && Has(3, time.Month) && (_anyDay || _anyWeekday ? day && weekday : day || weekday);
    }

    private bool Has(int field, int value) => (_on[field] & (1UL << value)) != 0;

    private static ulong Bits(string part, int field)
    {
        var (least, most, names) = Fields[field];
        var bits = 0UL;
        foreach (var piece in part.Split(','))
        {
            var (range, step) = piece.Split('/') is [var whole, var every] ? (whole, Number(every, [], part)) : (piece, 1);
            var (from, to) = range is "*" ? (least, most)
                : range.Split('-') is [var low, var high] ? (Number(low, names, part), Number(high, names, part))
                : (Number(range, names, part), Number(range, names, part));
            if (from < least || to > most || from > to || step < 1)
                throw new FormatException($"'{part}' is not within {least} to {most}");
            for (var value = from; value <= to; value += step)
                bits |= 1UL << value;
        }

        return bits;

        int Number(string text, string[] known, string of) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : Array.FindIndex(known, n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is var at and >= 0 ? at + (field == 3 ? 1 : 0)
            : throw new FormatException($"'{text}' in '{of}' is no number");
    }
}
