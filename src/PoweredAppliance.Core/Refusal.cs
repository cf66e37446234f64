namespace PoweredAppliance.Core;

/// <summary>OpenNebula's error numbers (XML-RPC item 2 of a failed answer).</summary>
public enum ErrorCode
{
    Success = 0, Authentication = 0x100, Authorization = 0x200, NoExists = 0x400, Action = 0x800,
    RpcApi = 0x1000, Internal = 0x2000, Allocate = 0x4000, Locked = 0x8000, Replication = 0x10000,
}

/// <summary>Why something was not done: OpenNebula's code, a text with the facts, and, where one is to blame, the field, its value and the object.</summary>
public sealed record Refusal(ErrorCode Code, string Text, string? Field = null, string? Value = null, int ObjectId = -1)
{
    public static Refusal WrongState(string text, int id) => new(ErrorCode.Action, text, ObjectId: id);
    public static Refusal Bad(string field, string? value, string text) => new(ErrorCode.Internal, text, field, value);
    public static Refusal NotFound(string what, int id) => new(ErrorCode.NoExists, $"Error getting {what} [{id}].", ObjectId: id);
    public override string ToString() => Text;
}

/// <summary>What a command brings about: events to store (possibly none: it was so already), or a refusal.</summary>
public sealed record Decision<TEvent>(IReadOnlyList<TEvent> Events, Refusal? Refusal)
{
    public static readonly Decision<TEvent> Nothing = new([], null);
    public static Decision<TEvent> Of(params TEvent[] events) => new(events, null);
    public static Decision<TEvent> No(Refusal why) => new([], why);
}
