public import Classroom
public import Kubernetes

/// Asks the API server what it would make of a course's labs, and makes none.
public struct CourseTrial: Sendable {
    private let course: Course
    private let client: APIClient
    private let namespace: String

    /// - Parameter namespace: where the labs live.
    public init(course: Course, client: APIClient, namespace: String) {
        self.course = course
        self.client = client
        self.namespace = namespace
    }

    /// Who would have the lab that is never made.
    private static let somebody = Student(name: "labgate-check", courses: [])

    /// What the API server answers if it is the pod that it does not like: 400, 403, 404 and 422.
    private static let refusals: Set = [400, 403, 404, 422]

    /// Why no student can have a lab of the course, in words; nil if nothing is known against it.
    ///
    /// That as many labs as there may be are in use is nothing against it, nor that a student is called so and has one.
    ///
    /// - Throws: `APIError` if the cluster cannot be asked.
    public func problem() async throws(APIError) -> String? {
        let lab = LabPod(LabOrder(student: Self.somebody, course: course))
        do throws(APIError) {
            return lab.missingWall(of: try await client.tryPod(lab.manifest, namespace: namespace))
        } catch  where error.isExceededQuota || error.isAlreadyExists {
            return nil
        } catch {
            guard case .http(let status) = error.code, Self.refusals.contains(status) else { throw error }
            return error.message
        }
    }
}
