import ArgumentParser

/// The command line.
@main
struct Labgate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labgate",
        abstract: "The SSH gateway through which students reach their lab containers.",
        discussion: """
            A student types `ssh edu01@lab`. labgate authenticates them, finds or starts their lab on Kubernetes or on \
            this host's container engine, and joins their terminal to it.

            To begin: write a configuration (see `labgate serve --help`), put Course and Student documents into its \
            classroom folder, see what `labgate check` says, then `labgate serve`.
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, Check.self, Password.self, TOTP.self, Students.self, Collect.self,
        ]
    )
}
