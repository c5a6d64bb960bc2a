import Foundation
import Testing

@testable import DockerEngine

@Suite("What is sent to create things")
struct ContainerSpecTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test("A container is sealed unless its maker says otherwise")
    func defaults() throws {
        let expected = #"""
            {"Env":[],"HostConfig":{"CapDrop":["ALL"],"Init":true,"Mounts":[],"NetworkMode":"none","ReadonlyRootfs":false,\#
            "RestartPolicy":{"Name":"no"},"SecurityOpt":["no-new-privileges"],"Ulimits":[]},"Image":"gcc:13","Labels":{}}
            """#
        #expect(try json(ContainerSpec(image: "gcc:13")) == expected)
    }

    @Test("Everything about a container has its place")
    func everything() throws {
        var spec = ContainerSpec(image: "gcc:13", command: ["sleep", "1"])
        spec.entrypoint = ["/init"]
        spec.user = "1000:1000"
        spec.environment = ["B": "2", "A": "1=1"]
        spec.labels = ["course": "c"]
        spec.workingDirectory = "/home"
        spec.hostname = "lab"
        spec.mounts = [
            .bind(source: "/srv/a", target: "/a", readOnly: true), .volume(name: "v", target: "/v", readOnly: false),
            .temporary(target: "/tmp", byteCount: 1024),
        ]
        spec.memoryBytes = 1 << 20
        spec.nanoCPUs = 500_000_000
        spec.pidsLimit = 64
        spec.ulimits = [Ulimit("nofile", 10)]
        spec.storageBytes = 1 << 30
        spec.droppedCapabilities = ["NET_RAW"]
        spec.allowsNewPrivileges = true
        spec.readOnlyRootFilesystem = true
        spec.networkMode = "bridge"
        spec.usesInit = false
        let expected = #"""
            {"Cmd":["sleep","1"],"Entrypoint":["/init"],"Env":["A=1=1","B=2"],"HostConfig":{"CapDrop":["NET_RAW"],\#
            "Init":false,"Memory":1048576,"MemorySwap":1048576,"Mounts":[\#
            {"BindOptions":{"NonRecursive":true},"ReadOnly":true,"Source":"/srv/a","Target":"/a","Type":"bind"},\#
            {"ReadOnly":false,"Source":"v","Target":"/v","Type":"volume"},\#
            {"Target":"/tmp","TmpfsOptions":{"SizeBytes":1024},"Type":"tmpfs"}],"NanoCpus":500000000,\#
            "NetworkMode":"bridge","PidsLimit":64,"ReadonlyRootfs":true,"RestartPolicy":{"Name":"no"},"SecurityOpt":[],\#
            "StorageOpt":{"size":"1073741824"},"Ulimits":[{"Hard":10,"Name":"nofile","Soft":10}]},"Hostname":"lab",\#
            "Image":"gcc:13","Labels":{"course":"c"},"User":"1000:1000","WorkingDir":"/home"}
            """#
        #expect(try json(spec) == expected)
    }

    @Test("An exec attaches all streams, and has no keys to detach from them that anybody types")
    func exec() throws {
        var exec = EngineExec(container: "c", command: ["sh"], tty: true)
        exec.environment = ["TERM": "xterm"]
        let text = try json(exec)
        #expect(text.hasPrefix(#"{"AttachStderr":true,"AttachStdin":true,"AttachStdout":true,"Cmd":["sh"],"DetachKeys":""#))
        #expect(text.hasSuffix(#"ctrl-_","Env":["TERM=xterm"],"Tty":true}"#))
        #expect(!text.contains("ctrl-p"))
    }
}
