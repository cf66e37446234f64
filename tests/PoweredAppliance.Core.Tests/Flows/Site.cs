using System.Collections.Immutable;
using System.Text.Json.Nodes;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Flows;

/// <summary>One service, the VMs that it asks for, and a clock; everything is done in this process and at once.</summary>
internal sealed class Site
{
    public static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_795_500_000);
    private readonly Dictionary<int, VirtualMachine> _vms = [];
    private readonly Dictionary<(int Vm, string Name), string> _measured = [];
    private ObjectPool _pool;

    public Site(string body)
    {
        var json = (JsonObject)JsonNode.Parse(body)!;
        Assert.Null(FlowTemplate.Wrong(json));
        json["start_time"] = Noon.ToUnixTimeSeconds();
        _pool = ObjectPool.Empty(PoolKind.Document);
        Tell(new PoolProtocol.Allocate(PoolKind.Document, "s", Caller.Admin, 0, Flow.Document(json), ImmutableSortedDictionary<string, string>.Empty.Add("TYPE", "100")));
    }

    public DateTimeOffset Now { get; set; } = Noon;
    public Flow Flow => Flow.Of(_pool.Objects[0])!;
    public bool IsErased => _pool.Objects.IsEmpty;
    public IEnumerable<VirtualMachine> Living => _vms.Values.Where(v => v.State is not VmState.Done);
    public FlowSight Sight => new(id => _vms.GetValueOrDefault(id), (vm, name) => _measured.GetValueOrDefault((vm.Id.Value, name)));

    public Refusal? Tell(PoolProtocol.ICommand command)
    {
        var decision = _pool.Decide(command, Now);
        foreach (var e in decision.Events)
            _pool = _pool.Apply(e);
        return decision.Refusal;
    }

    /// <summary>Looks and does until nothing is left to do; VMs that are made run when <paramref name="boots"/> says so.</summary>
    public void Settle(Func<string, bool>? boots = null)
    {
        for (var round = 0; round < 100; round++)
        {
            var before = (Flow.Body(), string.Join(' ', _vms.Values.Select(v => v.Phase)));
            Look(boots);
            if (IsErased || before == (Flow.Body(), string.Join(' ', _vms.Values.Select(v => v.Phase))))
                return;
        }

        Assert.Fail("it never comes to rest");
    }

    public void Look(Func<string, bool>? boots = null)
    {
        Tell(new FlowChanges.Look(0, Sight, Now));
        foreach (var work in FlowCourse.Work(Flow, Sight).ToList())
            switch (work)
            {
                case FlowWork.Make make:
                    var id = _vms.Count + 10;
                    _vms[id] = Vm(id, make.Role.Name, boots?.Invoke(make.Role.Name) ?? true);
                    Tell(new FlowChanges.Made(0, make.Role.Name, make.Number, id));
                    break;
                case FlowWork.End { Vm.Value: var ended }:
                    Put(ended, VmState.Done);
                    break;
                case FlowWork.Delete { Vm.Value: var gone }:
                    Put(gone, VmState.Done);
                    break;
                case FlowWork.Retry { Vm.Value: var again }:
                    Put(again, VmState.Active, LcmState.Running);
                    break;
                case FlowWork.Erase:
                    Tell(new PoolProtocol.Delete(PoolKind.Document, 0));
                    break;
            }
    }

    public void Put(int vm, VmState state, LcmState lcm = LcmState.LcmInit) =>
        _vms[vm] = _vms[vm] with { State = state, Lcm = lcm, Transition = _vms[vm].Transition + 1 };

    public void Say(int vm, string text) => _vms[vm] = _vms[vm] with { UserTemplate = _vms[vm].UserTemplate.Merge(Template.Parse(text)) };

    public void Measure(int vm, string name, string value) => _measured[(vm, name)] = value;

    public int[] Of(string role) => [.. Flow.Role(role)!.Nodes.Select(n => n.Vm)];

    private static VirtualMachine Vm(int id, string name, bool runs) => new()
    {
        Id = new(id),
        Name = name,
        Owner = Caller.Admin,
        Permissions = 0,
        Template = Template.Empty,
        UserTemplate = Template.Empty,
        Start = 0,
        State = VmState.Active,
        Lcm = runs ? LcmState.Running : LcmState.Boot,
    };
}
