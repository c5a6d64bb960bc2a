import Classroom

/// What of a course does not hold on one host.
struct HostCourse: Sendable {
    let course: Course

    init(_ course: Course) {
        self.course = course
    }

    /// Keys of a pod's `spec` that only say where or when it runs: on one host there is nothing to choose.
    private static let placement: Set = [
        "affinity", "nodeName", "nodeSelector", "preemptionPolicy", "priorityClassName", "schedulerName",
        "tolerations", "topologySpreadConstraints",
    ]

    /// Why the course's labs cannot run here; empty if they can.
    var problems: [String] {
        var problems: [String] = []
        for volume in course.sharedVolumes {
            switch volume.source {
            case .configMap(let name):
                problems.append(
                    "The course's shared volume \(volume.name) is the ConfigMap \(name), of which one host has none")
            case .nfs(let server, let path) where !NFSVolume(server: server, path: path).isSound:
                problems.append(
                    "The course's shared volume \(volume.name) names the server \"\(server)\", which is none")
            case .hostPath, .persistentVolumeClaim, .nfs:
                break
            }
        }
        // Left out, these would leave labs less confined than the course says.
        if let name = course.runtimeClassName {
            problems.append("The course asks for the runtime class \(name), of which one host has none")
        }
        if course.userNamespaces {
            problems.append("The course asks for user namespaces, which labs on one host do not have")
        }
        let others = templateKeys.subtracting(Self.placement).sorted()
        if !others.isEmpty {
            problems.append(
                "The course's podTemplate asks for \(others.joined(separator: ", ")), which one host does not have")
        }
        return problems
    }

    /// What is left out without harm, in words.
    var remarks: [String] {
        var remarks: [String] = []
        let placement = templateKeys.intersection(Self.placement).sorted()
        if !placement.isEmpty {
            remarks.append("podTemplate: \(placement.joined(separator: ", ")) mean nothing on one host")
        }
        if !course.imagePullSecrets.isEmpty {
            remarks.append("imagePullSecrets mean nothing on one host; see docker.registryLogins of the configuration")
        }
        if case .persistentVolumeClaim(_, _?) = course.home.storage {
            remarks.append("home.persistentVolumeClaim.storageClassName means nothing on one host")
        }
        return remarks
    }

    /// Keys of `spec` in the course's podTemplate.
    private var templateKeys: Set<String> {
        guard case .object(let template)? = course.podTemplate, case .object(let spec)? = template["spec"] else {
            return []
        }
        return Set(spec.keys)
    }
}
