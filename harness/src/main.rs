//! The `offhook` binary: on the host the command line, in a guest process 1.

use std::process::ExitCode;

use offhook::{cli, guest, run::uml};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if guest::is_process_one(&arguments) {
        guest::process_one(&arguments);
    }
    if arguments.get(1).is_some_and(|word| word == uml::KERNEL) {
        let error = uml::become_kernel(&arguments[2..]);
        eprintln!("offhook: starting the guest's kernel: {}", offhook::run::plain(&error));
        return ExitCode::from(cli::LAB_FAILED);
    }
    cli::main()
}
