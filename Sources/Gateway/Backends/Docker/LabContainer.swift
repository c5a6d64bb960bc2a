import Classroom
import DockerEngine
import Foundation

/// What one student's lab in one course is made from on one host.
///
/// Everything in it is from documents of the staff: nothing that a student says goes into it.
struct LabContainer: Sendable {
    let order: LabOrder
    let configuration: HostConfiguration

    private var course: Course { order.course }
    private var limits: ResourceAmounts { course.resources.limits }

    init(_ order: LabOrder, _ configuration: HostConfiguration) {
        self.order = order
        self.configuration = configuration
    }

    /// The whole container, its own hash included, as this engine can make it.
    func spec(on engine: EngineFacts) -> ContainerSpec {
        var spec = wanted
        spec.labels[ContainerLabel.specHash] = specHash
        spec.ulimits = HostLimits.ulimits
        // Docker refuses more CPUs than there are, for which there is no need.
        spec.nanoCPUs = spec.nanoCPUs.map { min($0, Int64(engine.cpuCount) * 1_000_000_000) }
        if !engine.limitsStorage { spec.storageBytes = nil }
        return spec
    }

    /// Tells containers apart that were made from different versions of a course, or of the configuration.
    var specHash: String { SpecHash.of(wanted) }

    /// The memory that it needs to be promised.
    var memoryRequestBytes: Int64 { Int64(course.resources.requests.memory.value) }

    // MARK: Parts

    private var wanted: ContainerSpec {
        var spec = ContainerSpec(image: course.image, command: ["-c", LabHolder.script])
        spec.entrypoint = ["/bin/sh"]
        // The shell collects orphans itself, and no host need have an init program.
        spec.usesInit = false
        spec.user = "\(course.runAsUser):\(course.runAsGroup)"
        spec.environment = course.environment
        spec.labels = labels
        spec.hostname = order.name.lab
        spec.mounts = [HostHome(order, configuration).mount(readOnly: false)] + course.sharedVolumes.map(Self.mount)
        spec.memoryBytes = Int64(limits.memory.value)
        spec.nanoCPUs = Int64(limits.cpu.value * 1e9)
        spec.storageBytes = Int64(limits.ephemeralStorage.value)
        spec.pidsLimit = HostLimits.pids
        spec.networkMode = configuration.network
        return spec
    }

    private var labels: [String: String] {
        configuration.labLabels.merging([
            ContainerLabel.student: order.student.name, ContainerLabel.course: course.name,
            ContainerLabel.memoryRequest: "\(memoryRequestBytes)",
            ContainerLabel.gracePeriod: "\(course.terminationGracePeriod.components.seconds)",
        ]) { $1 }
    }

    /// Always read-only.
    private static func mount(_ volume: SharedVolume) -> ContainerMount {
        switch volume.source {
        case .hostPath(let path): .bind(source: path, target: volume.mountPath, readOnly: true)
        case .persistentVolumeClaim(let name), .configMap(let name):
            .volume(name: name, target: volume.mountPath, readOnly: true)
        case .nfs(let server, let path):
            .volume(name: NFSVolume(server: server, path: path).name, target: volume.mountPath, readOnly: true)
        }
    }

    /// The names of the engine's volumes that others have as well.
    var sharedVolumes: Set<String> {
        Set(
            course.sharedVolumes.compactMap { volume in
                if case .volume(let name, _, _) = Self.mount(volume) { name } else { nil }
            })
    }

    // MARK: Helpers

    /// A container that has the home read-only, for when there is no lab; it goes by itself if whoever made it cannot end
    /// it.
    var homeReader: ContainerSpec { helper(user: "\(course.runAsUser):\(course.runAsGroup)", readOnly: true) }

    /// A container of root's that has the home and nothing else, to give it to the lab's user.
    var homeOwner: ContainerSpec {
        var spec = helper(user: "0:0", readOnly: false)
        // To give files away, and to get at those in folders that are not root's own.
        spec.addedCapabilities = ["CHOWN", "DAC_OVERRIDE"]
        return spec
    }

    /// How long a helper may run, with something to spare.
    private static let helperSeconds = 1200

    private func helper(user: String, readOnly: Bool) -> ContainerSpec {
        var spec = ContainerSpec(image: course.image, command: ["-c", "exec sleep \(Self.helperSeconds)"])
        spec.entrypoint = ["/bin/sh"]
        spec.usesInit = false
        spec.removesItself = true
        spec.user = user
        spec.labels = ContainerLabel.helper
        spec.mounts = [HostHome(order, configuration).mount(readOnly: readOnly)]
        spec.memoryBytes = Int64(limits.memory.value)
        spec.pidsLimit = HostLimits.pids
        spec.ulimits = HostLimits.ulimits
        return spec
    }
}
