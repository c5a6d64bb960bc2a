public import Kubernetes
public import Logging
import Upstream

extension Backend {
    /// Labs as pods of a namespace, and Leases beside them for what the gateways share.
    ///
    /// - Parameter studentReference: what events about a student's labs are attached to; their pods if there is none.
    public static func kubernetes(
        _ client: APIClient, namespace: String,
        studentReference: @escaping @Sendable (_ student: String) -> ObjectReference? = { _ in nil },
        logger: Logger
    ) -> Backend {
        let labs = KubernetesLabs(
            client: client, namespace: namespace, logger: logger, studentReference: studentReference)
        let leases = ObjectCache<Lease>(
            client: client, resource: .leases, namespace: namespace, labelSelector: LabPod.managedBySelector,
            logger: logger)
        let own = ReplicaLease(
            client: client, namespace: namespace, identity: ProcessIdentity.make(), logger: logger)
        return Backend(
            labs: labs, records: LeaseStore(client: client, leases: leases, namespace: namespace),
            replicas: KubernetesReplicas(
                client: client, namespace: namespace, leases: leases, own: own, logger: logger),
            services: [labs.pods, leases, own])
    }
}
