//! What a scenario needs of its stack, and what of that is missing.
//!
//! A machine with mgetty alone answers and looks at caller ID; one with pppd alone has accounts and options, and may hold
//! a null-modem cable. So a scenario needs mgetty if mgetty serves one of its ports, and pppd if pppd serves one, if a
//! user's shell is pppd, or if a call speaks PPP or is made by a program, whatever is expected of that: a caller whom no program could hear tells
//! nothing about a configuration.

use std::path::Path;

use offhook_etc::served;
use offhook_scenario::{ClientProgram, Edit, Scenario, Verb};
use offhook_server::page;

/// Why `scenario` cannot be run on the stack of that name and root, if so.
pub(super) fn missing(scenario: &Scenario, stack: &str, root: &Path) -> Option<String> {
    let has =
        |program: &str| ["usr/sbin", "usr/bin"].iter().any(|directory| root.join(directory).join(program).exists());
    needed(scenario).into_iter().find(|need| !has(need.program)).map(|need| {
        let Need { program, why } = need;
        format!("the stack {stack} has no {program}, which {why}")
    })
}

#[derive(Clone)]
struct Need {
    program: &'static str,
    why: String,
}

/// The programs, the one that comes first in a call first.
fn needed(scenario: &Scenario) -> Vec<Need> {
    let mut needs = Vec::new();
    let server = &scenario.server;
    let serving: Vec<(String, String)> = match &server.etc {
        Some(etc) => served::served(etc).into_iter().map(|port| (port.device, port.process)).collect(),
        None => scenario.ports().iter().map(|port| (port.device.clone(), page::command_line(port))).collect(),
    };
    for (device, process) in serving {
        let program = process.split_whitespace().next().and_then(|path| path.rsplit('/').next());
        let program = ["mgetty", "pppd"].into_iter().find(|known| program == Some(*known));
        needs.extend(program.map(|program| Need { program, why: format!("serves {device}") }));
    }
    let changed = scenario.changes().flat_map(|change| &change.edits).filter_map(|edit| match edit {
        Edit::User(user) => Some(user),
        _ => None,
    });
    let pppd = |why: String| Need { program: "pppd", why };
    if let Some(user) = server.users.iter().chain(changed).find(|user| user.shell.ends_with("/pppd")) {
        needs.push(pppd(format!("is the shell of {}", user.name)));
    }
    let speaks = |verb: &Verb| matches!(verb, Verb::Ppp(_));
    let steps =
        || scenario.calls().enumerate().flat_map(|(call, script)| script.steps.iter().map(move |step| (call, step)));
    if let Some((call, _)) = steps().find(|(_, step)| speaks(&step.verb)) {
        needs.push(pppd(format!("call {} is to talk to", call + 1)));
    }
    for (call, client) in scenario.calls().enumerate().filter_map(|(call, script)| Some((call, script.with.as_ref()?)))
    {
        let makes = format!("makes call {}", call + 1);
        let programs = match client.program {
            ClientProgram::Pppd => &["pppd", "chat"][..],
            ClientProgram::Wvdial => &["wvdial", "pppd"],
            ClientProgram::Own => &["chat"],
        };
        needs.extend(programs.iter().map(|program| Need { program, why: makes.clone() }));
    }
    needs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use offhook_scenario::{Port, Program, Server, User};

    fn scenario(server: Server) -> Scenario {
        Scenario::new("", server, Vec::new())
    }

    #[test]
    fn a_stack_without_a_program_runs_what_needs_only_the_other() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("usr/sbin")).unwrap();
        std::fs::write(root.path().join("usr/sbin/pppd"), "").unwrap();
        let reason =
            |port: Port| missing(&scenario(Server { ports: vec![port], ..Server::default() }), "bookworm", root.path());
        assert_eq!(reason(Port::new("ttyS0")).as_deref(), Some("the stack bookworm has no mgetty, which serves ttyS0"));
        assert_eq!(reason(Port { program: Program::Pppd, ..Port::new("ttyS0") }), None);
    }

    #[test]
    fn a_user_whose_shell_is_pppd_needs_it() {
        let root = tempfile::tempdir().unwrap();
        let user = User { name: "bob".into(), password: None, shell: "/usr/sbin/pppd".into(), groups: vec![] };
        let reason = missing(&scenario(Server { users: vec![user], ..Server::default() }), "trixie", root.path());
        assert_eq!(reason.as_deref(), Some("the stack trixie has no pppd, which is the shell of bob"));
    }
}
