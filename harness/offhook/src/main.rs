//! The `offhook` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    offhook::cli::main()
}
