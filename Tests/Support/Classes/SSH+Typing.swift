extension SSH {
    /// Starts a command on a terminal whose user types a line every second. To be ended with `killGroup`.
    func typing(_ command: String) throws -> RunningProcess {
        try ChildProcess.start(
            ["bash", "-c", #"(while echo x; do sleep 1; done) | "$@""#, "bash"] + with("-tt").argv(command),
            environment: processEnvironment())
    }
}
