using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PoweredAppliance.Api.Rest;

/// <summary>?after=, ?limit=, ?name= of every list.</summary>
internal readonly record struct Listing(int After, int Limit, string? Name)
{
    public static (Listing Page, IResult? Wrong) Read(HttpRequest request)
    {
        var (after, limit) = (-1, int.MaxValue);
        if (request.Query["after"].ToString() is { Length: > 0 } a && !int.TryParse(a, CultureInfo.InvariantCulture, out after))
            return (default, Problems.Bad("after", a, $"after must be an id, it is '{a}'."));
        if (request.Query["limit"].ToString() is { Length: > 0 } l && (!int.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1))
            return (default, Problems.Bad("limit", l, $"limit must be a number from 1, it is '{l}'."));
        return (new(after, limit, request.Query["name"].ToString() is { Length: > 0 } name ? name : null), null);
    }

    public static IResult? Flag(HttpRequest request, string name, out bool value)
    {
        var text = request.Query[name].ToString();
        value = text == "true";
        return text is "" or "true" or "false" ? null : Problems.Bad(name, text, $"{name} must be true or false, it is '{text}'.");
    }

    public IEnumerable<T> Of<T>(IEnumerable<T> ascending, Func<T, int> id, Func<T, string> name)
    {
        var (after, wanted) = (After, Name);
        return ascending.Where(x => id(x) > after && (wanted is null || name(x) == wanted)).Take(Limit);
    }
}
