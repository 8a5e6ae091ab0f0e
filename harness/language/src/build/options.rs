//! PPP options, of the server and of a port.

use crate::fault;
use crate::vocabulary::Item;
use crate::words::choices::{AUTHENTICATION, CONTROL_LINES};
use offhook_scenario::{AutoPpp, Ppp};
use offhook_schema::Problem;

/// The options for all ports, and whether PPP is recognised at the prompt, which stands among them.
pub(super) fn build_server_ppp(item: &Item, problems: &mut Vec<Problem>) -> (Ppp, AutoPpp) {
    let auto = match item.child("auto-ppp").and_then(|auto| auto.argument_flag(0)) {
        Some(false) => AutoPpp::Off,
        Some(true) | None => AutoPpp::On,
    };
    (build_ppp(item, problems), auto)
}

/// A port's own options.
pub(super) fn build_port_ppp(item: &Item, problems: &mut Vec<Problem>) -> Ppp {
    if let Some(auto) = item.child("auto-ppp") {
        let message = "`auto-ppp` is for all ports: login.config has one line for it";
        let problem = Problem::new(fault::MISPLACED_WORD, message, auto.span, "not allowed in a port's `ppp`");
        problems.push(problem.help("move it to the `ppp` of the server"));
    }
    build_ppp(item, problems)
}

fn build_ppp(item: &Item, problems: &mut Vec<Problem>) -> Ppp {
    let (mut local, mut remote) = (None, None);
    if let Some(addresses) = item.child("addresses") {
        (local, remote) = (addresses.address("local"), addresses.address("remote"));
        if local.or(remote).is_none() && addresses.sound {
            let message = "`addresses` needs `local`, `remote` or both";
            let problem = Problem::new(fault::MISSING_PROPERTY, message, addresses.span, "has neither");
            problems.push(problem.help("for example: addresses local=\"192.168.32.1\" remote=\"192.168.32.105\""));
        }
    }
    Ppp {
        local,
        remote,
        netmask: item.child("netmask").and_then(|netmask| netmask.addresses().first().copied()),
        auth: item.child("require-auth").and_then(|auth| AUTHENTICATION.argument(auth, 0)),
        unix_auth: item.child("unix-auth").is_some(),
        idle: item.child("idle").and_then(|idle| idle.argument_time(0)),
        dns: item.child("dns").map(Item::addresses).unwrap_or_default(),
        proxy_arp: item.child("proxy-arp").is_some(),
        lock: item.child("lock").is_some(),
        control_lines: item.child("control-lines").and_then(|lines| CONTROL_LINES.argument(lines, 0)),
        ipv6: item.child("ipv6").and_then(|ipv6| ipv6.argument_flag(0)),
        extra: item.children("option").flat_map(Item::texts).collect(),
    }
}
