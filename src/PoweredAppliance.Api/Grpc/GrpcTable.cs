using System.Collections.Immutable;
using PoweredAppliance.Api.XmlRpc;

namespace PoweredAppliance.Api.Grpc;

/// <summary>
/// The 22 services of OpenNebula 7.4's gRPC interface and what each of their calls is over XML-RPC: the fields of a request from 2 on are
/// the parameters of that method, in their order. A service is followed by the object of its methods and by its calls; a call's
/// method has its name in lower case (of the object's pool where it begins with Pool) unless another one is written behind
/// <c>=</c>. Those with <c>*</c> answer with a ResponseXML, the others with a ResponseID.
/// </summary>
internal static class GrpcTable
{
    private const string Lines = """
        one.acl.AclService(one.acl) AddRule DelRule Info*
        one.backupjob.BackupJobService(one.backupjob) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock
            Backup Cancel Retry Priority SchedAdd SchedDel=scheddelete SchedUpdate PoolInfo*
        one.cluster.ClusterService(one.cluster) Allocate Delete Info* Update Rename AddHost DelHost AddDatastore
            DelDatastore AddVNet DelVNet Optimize PlanExecute PlanDelete PoolInfo*
        one.datastore.DatastoreService(one.datastore) Allocate Delete Info* Update Rename Chmod Chown Enable PoolInfo*
        one.document.DocumentService(one.document) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock Clone
            PoolInfo*
        one.group.GroupService(one.group) Allocate Delete Info* Update Quota Vlan AddAdmin DelAdmin
            DefaultQuotaInfo=one.groupquota.info* DefaultQuotaUpdate=one.groupquota.update* PoolInfo*
        one.hook.HookService(one.hook) Allocate Delete Update Rename Lock Unlock Retry Info* PoolInfo*
            LogInfo=one.hooklog.info*
        one.host.HostService(one.host) Allocate Delete Info* Update Rename Status Monitoring* PoolInfo*
            PoolMonitoring*
        one.image.ImageService(one.image) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock Clone Enable
            Persistent Chtype SnapshotDelete SnapshotRevert SnapshotFlatten Restore* PoolInfo*
        one.market.MarketPlaceService(one.market) Allocate Delete Info* Update Rename Chmod Chown Enable AllocateDB
            UpdateDB PoolInfo*
        one.marketapp.MarketPlaceAppService(one.marketapp) Allocate Delete Info* Update Rename Chmod Chown Enable Lock
            Unlock AllocateDB UpdateDB DropDB PoolInfo*
        one.secgroup.SecurityGroupService(one.secgroup) Allocate Delete Update Rename Chmod Chown Clone Commit Info*
            PoolInfo*
        one.system.SystemService(one.system) Version* Config* Sql SqlQuery*
        one.tmpl.TemplateService(one.template) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock Clone
            Instantiate PoolInfo*
        one.user.UserService(one.user) Allocate Delete Info* Update Login* Enable Password=passwd ChangeAuth=chauth
            Quota ChangeGroup=chgrp AddGroup DelGroup DefaultQuotaInfo=one.userquota.info*
            DefaultQuotaUpdate=one.userquota.update* PoolInfo*
        one.vdc.VdcService(one.vdc) Allocate Delete Info* Update Rename AddGroup DelGroup AddCluster DelCluster
            AddHost DelHost AddDatastore DelDatastore AddVnet DelVnet PoolInfo*
        one.vm.VirtualMachineService(one.vm) Allocate Info* Update Rename Chmod Chown Lock Unlock Deploy Action
            Migrate DiskSaveAs DiskSnapshotCreate DiskSnapshotDelete DiskSnapshotRevert DiskSnapshotRename
            DiskAttach=attach DiskDetach=detach DiskResize NicAttach=attachnic NicDetach=detachnic NicUpdate=updatenic
            SGAttach=attachsg SGDetach=detachsg SnapshotCreate SnapshotDelete SnapshotRevert Resize UpdateConf Recover
            Monitoring* SchedAdd SchedUpdate SchedDelete Backup BackupCancel Restore PciAttach=attachpci
            PciDetach=detachpci Exec ExecRetry=retryexec ExecCancel=cancelexec VMGroupAdd VMGroupDel PoolInfo*
            PoolInfoExtended* PoolInfoSet* PoolMonitoring* PoolAccounting* PoolShowback* PoolCalculateShowback*
        one.vmgroup.VMGroupService(one.vmgroup) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock
            AddRole=roleadd DelRole=roledelete UpdateRole=roleupdate PoolInfo*
        one.vn.VirtualNetworkService(one.vn) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock AddAR=add_ar
            RmAR=rm_ar UpdateAR=update_ar Reserve FreeAR=free_ar Hold Release Recover PoolInfo*
        one.vntemplate.VNTemplateService(one.vntemplate) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock
            Clone Instantiate PoolInfo*
        one.vrouter.VirtualRouterService(one.vrouter) Allocate Delete Info* Update Rename Chmod Chown Lock Unlock
            Instantiate AttachNic DetachNic PoolInfo*
        one.zone.ZoneService(one.zone) Allocate Delete Info* Update Rename AddServer DelServer ResetServer Enable
            ReplicateLog=replicate Vote=voterequest RaftStatus* ReplicateFedLog=fedreplicate UpdateDB PoolInfo*
        """;

    public static readonly ImmutableArray<GrpcCall> All = [.. Read()];

    private static IEnumerable<GrpcCall> Read()
    {
        var (service, of) = ("", "");
        foreach (var word in Lines.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Split('(', ')') is [var name, var kind, ""])
            {
                (service, of) = (name, kind);
                continue;
            }

            var parts = word.TrimEnd('*').Split('=');
            var method = parts switch
            {
                [_, ['o', 'n', 'e', '.', ..] whole] => whole,
                [_, var verb] => $"{of}.{verb}",
                [['P', 'o', 'o', 'l', .. var verb]] => $"{of}pool.{verb.ToLowerInvariant()}",
                _ => $"{of}.{parts[0].ToLowerInvariant()}",
            };
            yield return new(service, parts[0], Signatures.All[method], AnswersXml: word.EndsWith('*'));
        }
    }
}
