//! A case about the end that calls, on a stack: its pppd is set up as the one that calls.
//!
//! In: a scenario whose script answers. Out: the same with a server whose pppd asks nobody who he is, and has the name and password
//! that the script lets in. Both ends of a cable are alike to pppd, so it is started as it always is.

use offhook_scenario::{Account, AccountsFile, Auth, Port, Ppp, Scenario, Server, Subject, Verb};

/// The scenario as it is run on a stack.
pub(super) fn as_run(scenario: Scenario) -> Scenario {
    if scenario.conformance.as_ref().is_none_or(|case| case.subject != Subject::Calling) {
        return scenario;
    }
    let steps = scenario.calls().flat_map(|call| &call.steps);
    let client = steps.into_iter().find_map(|step| match &step.verb {
        Verb::Packets(packets) => Some(&packets.client),
        _ => None,
    });
    let user = client.and_then(|client| client.user.clone());
    let password = client.and_then(|client| client.password.clone()).unwrap_or_default();
    let ports = scenario.server.ports.iter().cloned().map(|port| Port { ppp: None, ..port }).collect();
    // Without it pppd asks for the address that its host's name has, if it has one.
    let mut extra = vec!["noipdefault".to_owned()];
    extra.extend(user.iter().map(|user| format!("user {user}")));
    let accounts = user.into_iter().map(|user| Account {
        file: AccountsFile::Both,
        user,
        password: password.clone(),
        server: "*".to_owned(),
        addresses: vec!["*".to_owned()],
    });
    let server = Server {
        ports,
        accounts: accounts.collect(),
        ppp: Ppp { auth: Some(Auth::Never), extra, ..Ppp::default() },
        ..Server::default()
    };
    Scenario { server, ..scenario }
}
