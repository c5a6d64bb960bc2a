public import DockerEngine
public import Logging
public import RecordDatabase

extension Backend {
    /// Labs as containers of one host's engine, and a database beside them for what the gateway remembers.
    ///
    /// - Parameter database: nil if nothing is to be remembered, as when only homes are read.
    /// - Throws: `RecordDatabaseError` if the database cannot be read.
    public static func docker(
        _ client: EngineClient, _ configuration: HostConfiguration = HostConfiguration(), database: RecordDatabase?,
        logger: Logger
    ) async throws -> Backend {
        let records = try await DatabaseRecords(database, logger: logger)
        let replica = try await HostReplica(database, logger: logger)
        let labs = DockerLabs(client, configuration, notes: records, logger: logger)
        return Backend(
            labs: labs, records: records, replicas: replica,
            services: [records, replica, labs.containers, labs.pulls, labs])
    }
}
