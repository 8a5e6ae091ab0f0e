//! A program of a scenario's own that serves ports: the scripts by which init starts it.
//!
//! In: the program, and a port. Out: the line that inittab has, and the files that it runs. The program has the port as its terminal,
//! raw, or pipes to and from it, and ends when the line does.

use offhook_etc::{Content, RawFile};
use offhook_scenario::{Attachment, OwnProgram, Port};

/// What opens the port, and then runs the program.
const SERVE: &str = "/etc/offhook/serve";
/// The program.
const COMMAND: &str = "/etc/offhook/command";

/// What init keeps running on that port.
pub(super) fn process(port: &Port) -> String {
    format!("/bin/sh {SERVE} {}", port.device)
}

/// The files that it runs.
pub(super) fn files(program: &OwnProgram) -> [RawFile; 2] {
    let run = match program.on {
        Attachment::Port => format!("/bin/sh {COMMAND}"),
        Attachment::Pipes => format!("/bin/sh -c 'cat | /bin/sh {COMMAND} | cat'"),
    };
    let open = "cd /dev && exec <\"$1\" >\"$1\" && stty raw -echo && cd /";
    let serve = format!("#!/bin/sh\n{open} && exec /usr/bin/setsid -c {run}\n");
    let command = format!("#!/bin/sh\nexport OFFHOOK_ROLE=answering\nexec {}\n", program.command);
    [(SERVE, serve), (COMMAND, command)].map(|(path, text)| RawFile {
        path: path.to_owned(),
        mode: 0o755,
        uid: 0,
        gid: 0,
        content: Content::File(text.into_bytes()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(on: Attachment) -> [String; 2] {
        let program = OwnProgram { command: "my-ppp --answer".to_owned(), on, host: None };
        files(&program).map(|file| match file.content {
            Content::File(octets) => String::from_utf8_lossy(&octets).into_owned(),
            Content::Link(to) => to,
        })
    }

    #[test]
    fn a_program_has_the_port_as_its_terminal_or_pipes_to_it() {
        let [serve, command] = texts(Attachment::Port);
        assert!(serve.ends_with("exec /usr/bin/setsid -c /bin/sh /etc/offhook/command\n"), "{serve}");
        assert!(command.ends_with("\nexec my-ppp --answer\n"), "{command}");
        let [serve, _] = texts(Attachment::Pipes);
        assert!(serve.contains("'cat | /bin/sh /etc/offhook/command | cat'"), "{serve}");
        // init's line names the port, by which what it does is told of that port.
        assert_eq!(process(&Port::new("ttyS0")), "/bin/sh /etc/offhook/serve ttyS0");
    }
}
