import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import DockerEngine

@Suite("Errors of the engine")
struct EngineErrorTests {
    private func error(_ status: HTTPResponseStatus, _ body: String) -> EngineError {
        EngineError(httpStatus: status, body: ByteBuffer(string: body), operation: "create container a")
    }

    @Test("say what the engine said, and what was asked")
    func words() {
        #expect(
            error(.notFound, #"{"message":"No such image: x"}"#).description
                == "create container a: No such image: x (HTTP 404)")
        #expect(error(.badGateway, "").description == "create container a: Bad Gateway (HTTP 502)")
        #expect(error(.notFound, "page not found\n").message == "page not found")
    }

    @Test("of the same kind are known from Docker and from Podman")
    func kinds() {
        let docker = #"{"message":"Conflict. The container name \"/a\" is already in use by container \"b\"."}"#
        let podman = #"""
            {"cause":"that name is already in use","message":"creating: the container name \"a\" is already in use by b",\#
            "response":500}
            """#
        #expect(error(.conflict, docker).isNameInUse)
        #expect(error(.internalServerError, podman).isNameInUse)
        #expect(!error(.conflict, docker).isWrongState)
        #expect(error(.conflict, #"{"message":"Container b is not running"}"#).isWrongState)
        #expect(
            error(.internalServerError, #"{"cause":"container state improper","message":"can only exec"}"#).isWrongState)
        #expect(!error(.internalServerError, #"{"message":"disk full"}"#).isWrongState)
        #expect(error(.notFound, "").isNotFound)
        #expect(error(.internalServerError, #"{"cause":"no such container","message":"a: gone"}"#).isNotFound)
    }

    @Test("tell what to do about an engine that is not there")
    func unreachable() async throws {
        let folder = try TemporaryFolder.make()
        let path = folder.appending(path: "engine.sock").path
        try await EngineClient.with(socketPath: path) { client in
            let missing = await #expect(throws: EngineError.self) { try await client.ping() }
            #expect(missing?.code == .unreachable)
            #expect(missing?.isRetryable == true)
            #expect(
                missing?.description == "ping: there is no socket \(path); start Docker, or Podman's service "
                    + "(podman.socket), or name another")
            // A socket that nobody listens at any more is what a killed engine leaves behind.
            try await FakeEngine.with({ _ in FakeEngine.ping }) { other, _ in
                try FileManager.default.linkItem(atPath: other, toPath: path)
            }
            let dead = await #expect(throws: EngineError.self) { try await client.ping() }
            #expect(dead?.code == .unreachable)
            #expect(dead?.message.contains("the engine is not running; start it") == true)
        }
    }

    @Test("tell of a permission that is missing")
    func permission() {
        let error = EngineError(
            transport: IOError(errnoCode: EACCES, reason: "connect"), socketPath: "/run/docker.sock", operation: "ping")
        #expect(
            error.description == "ping: permission to open /run/docker.sock is denied; run this as a member of the group "
                + "that owns it")
    }
}
