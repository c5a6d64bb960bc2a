/// The program that a lab begins with, and lives as long as.
enum LabHolder {
    /// For `/bin/sh -c`. Keeps the lab alive with nothing but a shell: waiting collects orphans that end, and SIGTERM ends it
    /// at once.
    static let script = "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done"
}
