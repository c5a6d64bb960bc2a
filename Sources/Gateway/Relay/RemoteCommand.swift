import Classroom
import SSHServer

/// What is run in the lab for one session request: an argv for the exec API, which has no environment, no working
/// directory and no user of its own.
///
/// A small launcher in `/bin/sh`, which is all that an image must have, prints its process id, sets the environment,
/// goes home, and becomes the program. The id is the process group of everything the program starts in the foreground:
/// signals go there. The command string reaches the course's shell untouched, as one argument behind `-c`.
struct RemoteCommand: Sendable {
    /// What the program reads from, and how the client's end of input reaches it.
    enum Input: Sendable {
        /// A terminal of this size; nil if its client does not know. It has no end of input: the user types it.
        case terminal(size: (columns: Int, rows: Int)?)
        /// The exec stream's stdin, which can be ended (`v5.channel.k8s.io`).
        case direct
        /// Older clusters cannot end an exec's stdin. A `cat` in between can be ended from outside instead.
        case fed
    }

    let argv: [String]
    /// What the launcher says when the program has ended; nothing in a terminal.
    let endNotice: EndNotice?

    init(program: [String], environment: [(name: String, value: String)], input: Input) {
        let script: String
        switch input {
        case .terminal(let size):
            (script, endNotice) = (Self.terminalLauncher(size), nil)
        case .direct:
            (script, endNotice) = (Self.directLauncher, EndNotice())
        case .fed:
            (script, endNotice) = (Self.feedingLauncher, EndNotice())
        }
        // The name is what the shell puts before its own messages.
        argv =
            ["/bin/sh", "-c", script, "labgate"] + (endNotice.map { [$0.words] } ?? [])
            + environment.map { "\($0.name)=\($0.value)" } + ["--"] + program
    }

    private static let takeEnvironment = #"while [ "$1" != -- ]; do export "$1"; shift; done; shift"#

    /// A shell is called by its name alone, as sshd does, so that its messages begin with "bash:" and not with a path.
    /// POSIX's `exec` cannot say that, but takes the name of what it finds on PATH: where that is the same file, the name
    /// will do (a shell too old to compare files leaves it at the path). The launcher's own variables have names that no image and no course uses.
    private static let becomeProgram = """
        cd "$HOME" 2>/dev/null || cd /
        IFS=:; set -f
        for labgate_folder in $PATH; do [ -x "$labgate_folder/${1##*/}" ] && break; done
        if [ "$labgate_folder/${1##*/}" -ef "$1" ] 2>/dev/null; then
            labgate_name=${1##*/}; shift; set -- "$labgate_name" "$@"
        fi
        exec "$@"
        """

    /// The exec API tells a terminal its size while the program starts already, which is too late for one that asks at
    /// once. Images without `stty` have to live with that.
    private static func terminalLauncher(_ size: (columns: Int, rows: Int)?) -> String {
        let setSize = size.map { "stty cols \($0.columns) rows \($0.rows) 2>/dev/null\n" } ?? ""
        return """
            \(setSize)echo $$
            \(takeEnvironment)
            \(settleForKnownTerminal)
            \(becomeProgram)
            """
    }

    /// New terminals are not in old images, and what they miss there they do not run: they are called what they imitate.
    private static let settleForKnownTerminal = """
        labgate_knows() {
            for labgate_folder in "$HOME/.terminfo" /etc/terminfo /lib/terminfo /usr/share/terminfo; do
                [ -e "$labgate_folder/${1%"${1#?}"}/$1" ] && return 0
            done
            return 1
        }
        if [ "$TERM" ] && ! labgate_knows "$TERM"; then
            case $TERM in screen* | tmux*) labgate_like="screen-256color screen" ;; *) labgate_like= ;; esac
            for labgate_like in $labgate_like xterm-256color xterm vt100; do
                labgate_knows "$labgate_like" && TERM=$labgate_like && break
            done
        fi
        """

    /// Without a terminal the launcher outlives the program: an exec that ends while the client still sends hangs
    /// (containerd waits for the last bytes to be read) or loses its exit status (a proxy on the way sees the reset of
    /// one side first). So it tells the gateway to send no more, and reads what is on its way.
    ///
    /// Some engines say in every container what a terminal would be, where there is none.
    ///
    /// The launcher is in the program's process group and must not end by a signal that is meant for the program: it
    /// catches it, which its children do not inherit. Its shell's own words about the program's end are nobody's.
    private static let runProgram = """
        labgate_end=$1; shift
        unset TERM
        { ( exec 2>&4 4>&-
        \(takeEnvironment)
        \(becomeProgram)
        ); labgate_status=$?; } 4>&2 2>/dev/null
        echo "$labgate_end" >&2
        cat >/dev/null 2>&1
        exit $labgate_status
        """

    private static let catchSignals = "trap : HUP INT QUIT ALRM TERM USR1 USR2 PIPE"

    private static let directLauncher = """
        \(catchSignals)
        echo $$
        \(runProgram)
        """

    /// `$$` is the launcher in subshells too. The feeder's id comes first through the pipe, before any input, and is
    /// printed before the program starts. The feeder is nobody's child, and ignores signals but for HUP, when nobody is
    /// there any more.
    private static let feedingLauncher = """
        \(catchSignals)
        exec 3<&0
        { /bin/sh -c 'trap "" INT QUIT ALRM TERM USR1 USR2 PIPE; echo $$; exec cat' <&3 3<&- 2>/dev/null & } | {
        \(catchSignals)
        exec 3<&-
        read -r labgate_feeder
        echo "$$ $labgate_feeder"
        \(runProgram)
        }
        """

    // MARK: From a request

    /// - Throws: `LabSessionFailure` when the request cannot be served.
    static func program(_ program: SessionRequest.Program, course: Course) throws(LabSessionFailure) -> [String] {
        switch program {
        case .shell:
            return [course.shell, "-l"]
        case .exec(let command):
            guard let command = String(validating: command, as: UTF8.self) else { throw .notUTF8 }
            return [course.shell, "-c", command]
        case .subsystem("sftp"):
            return ["/bin/sh", "-c", sftpScript, "labgate"] + (course.sftpServer.map { [$0] } ?? sftpServers)
        case .subsystem(let name):
            throw .noSubsystem(name)
        }
    }

    /// Where distributions keep OpenSSH's sftp-server.
    private static let sftpServers = [
        "/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server",
        "/usr/libexec/sftp-server",
    ]

    private static let sftpScript = """
        for server; do [ -x "$server" ] && exec "$server"; done
        echo 'labgate: this image has no sftp-server: use scp -O or rsync, or ask your course staff' >&2
        exit 127
        """

    /// The environment in sshd's order: what the gateway sets, the client's terminal, and what the client may add.
    static func environment(
        _ request: SessionRequest, student: Student, course: Course, connection: ConnectionInfo
    ) -> [(name: String, value: String)] {
        let (client, server) = (connection.remote, connection.local)
        var variables = [
            ("HOME", course.home.mountPath), ("SHELL", course.shell), ("USER", student.name), ("LOGNAME", student.name),
            ("SSH_CLIENT", "\(client.host) \(client.port) \(server.port)"),
            ("SSH_CONNECTION", "\(client.host) \(client.port) \(server.host) \(server.port)"),
        ]
        if let term = request.terminal?.term ?? course.environment["TERM"], !term.isEmpty {
            variables.append(("TERM", term))
        }
        variables += request.environment.filter { course.acceptsEnvironment($0.name) }
        return variables.map { (name: $0.0, value: $0.1) }
    }
}
