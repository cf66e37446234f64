using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>What a host asks for before it lets somebody in.</summary>
public sealed record CredentialRequest(ConnectCredentialType Type, string Prompt, string? Challenge, string? Default);

internal static unsafe class Authentication
{
    private static readonly ConnectCredentialType[] Answerable =
    [
        ConnectCredentialType.Authname, ConnectCredentialType.Passphrase, ConnectCredentialType.Echoprompt,
        ConnectCredentialType.Noechoprompt, ConnectCredentialType.Realm, ConnectCredentialType.Username,
    ];

    public static nint Open(
        string? uri, Func<CredentialRequest, string?> answer, uint flags, ReadOnlySpan<ConnectCredentialType> types)
    {
        if (types.IsEmpty)
            types = Answerable;
        var wanted = stackalloc int[types.Length];
        for (var i = 0; i < types.Length; i++)
            wanted[i] = (int)types[i];

        var asked = new Asked(answer);
        var token = CallbackTable.Add(asked);
        try
        {
            var auth = new virConnectAuth { credtype = wanted, ncredtype = (uint)types.Length, cb = &Answer, cbdata = token };
            var connection = Interop.virConnectOpenAuth(uri, &auth, flags);
            if (connection != 0)
                return connection;
            var failure = LibvirtException.Last(nameof(Interop.virConnectOpenAuth));
            throw asked.Failure is { } why ? new InvalidOperationException("the answer to a credential failed: " + why.Message, why) : failure;
        }
        finally
        {
            CallbackTable.Remove(token);
        }
    }

    [UnmanagedCallersOnly]
    private static int Answer(virConnectCredential* credentials, uint count, nint token)
    {
        if (CallbackTable.Find<Asked>(token) is not { } asked)
            return -1;
        try
        {
            for (var i = 0; i < count; i++)
            {
                var c = credentials + i;
                var request = new CredentialRequest((ConnectCredentialType)c->type, CText.Borrowed(c->prompt) ?? "",
                    CText.Borrowed(c->challenge), CText.Borrowed(c->defresult));
                if (asked.Answer(request) is not { } result)
                    return -1;
                c->result = CText.Copy(result); // libvirt frees it
                c->resultlen = (uint)System.Text.Encoding.UTF8.GetByteCount(result);
            }

            return 0;
        }
        catch (Exception e)
        {
            asked.Failure = e; // must not unwind through C; Open throws it
            return -1;
        }
    }

    private sealed class Asked(Func<CredentialRequest, string?> answer)
    {
        public Func<CredentialRequest, string?> Answer { get; } = answer;

        public Exception? Failure { get; set; }
    }
}
