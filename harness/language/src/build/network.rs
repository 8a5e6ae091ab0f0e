//! What is behind the server: a network with one host.

use std::net::Ipv4Addr;

use crate::fault;
use crate::vocabulary::Item;
use offhook_scenario::Lan;
use offhook_schema::Problem;
use offhook_schema::Value;

pub(super) fn build_lan(item: &Item, problems: &mut Vec<Problem>) -> Option<Lan> {
    let (Some(Value::Network(server, prefix)), Some(host)) =
        (item.properties.get("server").map(|(value, _)| value), item.address("host"))
    else {
        return None;
    };
    let hosts = u32::MAX.checked_shr((*prefix).into()).unwrap_or(0);
    let (own, other) = (server.to_bits(), host.to_bits());
    let span = |name| item.property_span(name).unwrap_or(item.span);
    let wrong = |text: String, name, label: &str| Problem::new(fault::BAD_ADDRESS, text, span(name), label);
    let unusable = |address: u32| matches!(address & hosts, 0) || address & hosts == hosts;
    if own & !hosts != other & !hosts {
        let network = Ipv4Addr::from_bits(own & !hosts);
        let problem = wrong(format!("{host} is not in the network {network}/{prefix}"), "host", "another network");
        problems.push(problem.also(span("server"), "the server's network"));
    } else if own == other {
        problems.push(wrong(format!("{host} is the server's own address"), "host", "the same address"));
    }
    for (name, address) in [("server", own), ("host", other)] {
        if unusable(address) {
            let text = format!("{} cannot be a host in a /{prefix} network", Ipv4Addr::from_bits(address));
            problems.push(wrong(text, name, "the network itself or its broadcast address"));
        }
    }
    let name = |name: &Item| match name.argument(1) {
        Some(Value::Address(address)) => Some((name.argument_text(0), *address)),
        _ => None,
    };
    Some(Lan {
        server: *server,
        host,
        prefix: *prefix,
        forwarding: item.flag("forwarding").unwrap_or_default(),
        names: item.children("name").filter_map(name).collect(),
    })
}
