//! Rules about addresses, netmask and name servers.

use super::Example::Etc;
use super::{family, file, missing};
use crate::severity::Severity::{Error, Warning};

family! {
ADDRESS_REFUSED = "address-refused": [Error];
    meaning "pppd refuses an address and ends";
    why "No host can have an address in 127.0.0.0/8, or from 224.0.0.0 on.";
    fix "use a private address, for example 192.168.32.1";
    example Etc(&[file("ppp/options.ttyS0", "127.0.0.1:10.0.0.2\n")])
         => Etc(&[file("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\n")]);
ADDRESS_SAME = "address-same": [Warning];
    meaning "Server and caller have the same address";
    why "Neither can reach the other.";
    fix "give the caller another address";
    example Etc(&[file("ppp/options.ttyS0", "10.0.0.1:10.0.0.1\n")])
         => Etc(&[file("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\n")]);
ADDRESS_TWICE = "address-twice": [Error];
    meaning "Callers on two ports get the same address";
    why "When both call at the same time, packets reach only one of them.";
    fix "give each port an address of its own, in /etc/ppp/options.TTY";
    example Etc(&[file("ppp/options.ttyS1", "192.168.32.1:192.168.32.105\n")])
         => Etc(&[file("ppp/options.ttyS1", "192.168.32.1:192.168.32.106\n")]);
NO_ADDRESS = "no-address": [Error];
    meaning "The server has no address for the caller";
    why "Neither the options nor the account has one, and a dial-up caller usually brings none. IPCP does not succeed.";
    fix "add LOCAL:REMOTE to /etc/ppp/options.TTY";
    example Etc(&[missing("ppp/options.ttyS0")])
         => Etc(&[file("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\n")]);
NETMASK_ODD = "netmask-odd": [Warning];
    meaning "The netmask has ones after zeros";
    why "Such a mask describes no network.";
    fix "remove it: a link between two hosts needs none";
    example Etc(&[file("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nnetmask 255.0.255.0\n")]);
DNS_MANY = "dns-many": [Warning];
    meaning "There are more than two DNS servers, and callers do not get all of them";
    why "PPP has room for two (RFC 1877). pppd gives the last two that it reads; it reads the port's file last.";
    fix "keep two";
    example Etc(&[file("ppp/options.ttyS0", "10.0.0.1:10.0.0.2\nms-dns 1.1.1.1\nms-dns 2.2.2.2\n")]);
}
