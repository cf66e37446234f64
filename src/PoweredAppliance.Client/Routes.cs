namespace PoweredAppliance.Client;

/// <summary>
/// Every path of the REST API, below <see cref="Root"/>; the server maps these and the client asks them. <c>{id}</c> is
/// a number: names
/// are looked up by <c>?name=</c>, exactly, in the list (a list of no one is an answer, not an error).
/// <list type="bullet">
/// <item>Who: HTTP Basic with <c>user:secret</c> as in ONE_AUTH (the secret: a password or a login token), or <c>Bearer
/// TOKEN</c>. Who has two-factor authentication logs in with <c>user:password:code</c> and goes on with the token.</item>
/// <item>Lists are JSON arrays in the order of ids. <c>?after=ID</c> begins behind that id, <c>?limit=N</c> ends after
/// N; without it all
/// come. A page shorter than its limit is the last. VMs that are DONE are left out unless <c>?done=true</c>.</item>
/// <item>A POST that makes something answers 201 with it; one that begins something answers 202 with it as it is stored
/// then; a DELETE answers 204.</item>
/// <item>What is not done is a <see cref="Wire.Problem"/>.</item>
/// </list>
/// </summary>
public static class Routes
{
    public const string Root = "/api/v1";

    /// <summary>GET <see cref="Wire.Status"/></summary>
    public const string Status = "/status";

    /// <summary>GET <see cref="Wire.ApiVersion"/>, without logging in</summary>
    public const string Version = "/version";

    /// <summary>POST <see cref="Wire.LoginAsk"/>: <see cref="Wire.LoginReply"/></summary>
    public const string Login = "/login";

    /// <summary>GET the <see cref="Wire.User"/> who asks</summary>
    public const string Me = "/users/me";

    /// <summary>
    /// POST, no body: a new <see cref="Wire.TwoFactorSecret"/> of the user who asks. DELETE <c>?code=</c>: turned off
    /// </summary>
    public const string TwoFactor = "/users/me/two-factor";

    /// <summary>POST <see cref="Wire.TwoFactorCode"/>: turned on; <see cref="Wire.RecoveryCodes"/></summary>
    public const string TwoFactorConfirm = "/users/me/two-factor/confirm";

    /// <summary>DELETE: turned off for somebody who has lost it, by who may administer him</summary>
    public const string TwoFactorOf = "/users/{id}/two-factor";

    /// <summary>
    /// GET <see cref="Wire.AuditPage"/>, newest first, for oneadmin and its group; the query as the fields of <see
    /// cref="Wire.AuditQuery"/>
    /// </summary>
    public const string Audit = "/audit";

    /// <summary>
    /// GET <c>?kinds=&amp;id=</c>, text/event-stream of <see cref="Wire.Change"/>; a comment line at least every 15 s
    /// </summary>
    public const string Watch = "/watch";

    /// <summary>GET list; POST <see cref="Wire.HostAdd"/>: <see cref="Wire.Host"/></summary>
    public const string Hosts = "/hosts";

    /// <summary>GET; DELETE (refused while VMs hold claims there)</summary>
    public const string Host = "/hosts/{id}";

    /// <summary>POST, no body: <see cref="Wire.Host"/></summary>
    public const string HostEnable = "/hosts/{id}/enable";
    public const string HostDisable = "/hosts/{id}/disable";
    public const string HostOffline = "/hosts/{id}/offline";

    /// <summary>POST, no body: the <see cref="Wire.Vm"/> that it became</summary>
    public const string WildImport = "/hosts/{id}/wild/{name}/import";

    /// <summary>GET list; POST <see cref="Wire.ImageAdd"/>: <see cref="Wire.Image"/></summary>
    public const string Images = "/images";
    public const string Image = "/images/{id}";

    /// <summary>
    /// PUT <c>?offset=N</c>, application/octet-stream: bytes from N on; 409 unless N is what is stored. <see
    /// cref="Wire.Image"/>, READY soon
    /// after the last byte. A broken upload goes on from <c>progress.bytesDone</c>.
    /// </summary>
    public const string ImageContent = "/images/{id}/content";

    /// <summary>GET list; POST <see cref="Wire.TemplateCreate"/>: <see cref="Wire.VmTemplate"/></summary>
    public const string Templates = "/templates";
    public const string Template = "/templates/{id}";

    /// <summary>POST <see cref="Wire.Instantiate"/>: array of <see cref="Wire.Vm"/></summary>
    public const string TemplateInstantiate = "/templates/{id}/instantiate";

    /// <summary>
    /// GET list, also <c>?host=ID</c>, <c>?state=WORD</c> (state or lcmState); POST <see cref="Wire.VmCreate"/>: array
    /// of <see cref="Wire.Vm"/>
    /// </summary>
    public const string Vms = "/vms";
    public const string Vm = "/vms/{id}";

    /// <summary>
    /// POST, no body, one of <see cref="Wire.VmActions.All"/>: <see cref="Wire.Vm"/>, already in the state that the
    /// action begins
    /// </summary>
    public const string VmAction = "/vms/{id}/actions/{action}";

    /// <summary>POST <c>?operation=</c> one of <see cref="Wire.VmActions.Recoveries"/>: <see cref="Wire.Vm"/></summary>
    public const string VmRecover = "/vms/{id}/recover";

    /// <summary>
    /// POST <c>?host=</c> (id or name) <c>&amp;way=</c> one of <see cref="Wire.VmActions.MigrationWays"/>: <see
    /// cref="Wire.Vm"/>, on its way
    /// </summary>
    public const string VmMigrate = "/vms/{id}/migrate";

    /// <summary>GET <see cref="Wire.VmWhy"/></summary>
    public const string VmWhy = "/vms/{id}/why";

    /// <summary>GET <c>?after=&amp;limit=</c>: array of <see cref="Wire.VmEvent"/></summary>
    public const string VmEvents = "/vms/{id}/events";

    /// <summary>
    /// GET text/plain, what the serial console has said. <c>?tail=N</c> lines; <c>?follow=true</c> stays open and goes
    /// on
    /// </summary>
    public const string VmLog = "/vms/{id}/log";

    /// <summary>
    /// GET websocket: binary messages of the serial console's bytes both ways. The server closes with the reason as
    /// text. A plain GET is
    /// refused with the same problem as an upgrade would be (404, 409, ...), else with 400.
    /// </summary>
    public const string VmConsole = "/vms/{id}/console";

    /// <summary>
    /// GET <see cref="Wire.Headroom"/>: <c>?template=</c> (id or name), or <c>?cpuPercent=&amp;memoryMib=&amp;diskMib=</c>; <c>&amp;cluster=</c>
    /// (id or name). Without any: of VMs of one core and 1 GiB.
    /// </summary>
    public const string Capacity = "/capacity";

    /// <summary>GET <c>?host=</c> (id or name, once for each): <see cref="Wire.LossPlan"/></summary>
    public const string PlanLose = "/plan/lose";

    public const string Networks = "/networks";
    public const string Network = "/networks/{id}";
    public const string Datastores = "/datastores";
    public const string Datastore = "/datastores/{id}";
}
