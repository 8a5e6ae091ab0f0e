//! Rules about whom a caller can reach, and with which address.

use super::Example::Etc;
use super::{family, file};
use crate::severity::Severity::{Error, Note, Warning};

family! {
NO_IP = "no-ip": [Error];
    meaning "No caller gets an IPv4 address, because noip is set";
    why "noip switches IPCP off. Addresses among the options and of accounts then have no effect.";
    fix "remove noip";
    example Etc(&[file("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nnoip\n")]);
NO_LOCAL_ADDRESS = "no-local-address": [Error];
    meaning "The server has no address of its own for a call, and no caller gets in";
    why "Without LOCAL:REMOTE pppd takes the address of the server's own name. Debian's installer gives it 127.0.1.1, which \
         pppd does not use: \"Could not determine local IP address\". Measured with ppp 2.4.9 and 2.5.2.";
    fix "write LOCAL:REMOTE in /etc/ppp/options.TTY, with the server's address as LOCAL";
    example Etc(&[file("ppp/options.ttyS0", ":10.9.0.2\n"), file("hosts", "127.0.1.1 dialin\n")])
         => Etc(&[file("ppp/options.ttyS0", "10.9.0.1:10.9.0.2\n"), file("hosts", "127.0.1.1 dialin\n")]);
CALLER_PICKS = "caller-picks-address": [Warning];
    meaning "A caller gets any address that it asks for";
    why "With ipcp-accept-remote pppd offers its address, but accepts the caller's wish if the account allows it, also for the \
         address of another host.";
    fix "remove ipcp-accept-remote, or give each account its own address in the fourth column";
    example Etc(&[file("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nipcp-accept-remote\n")]);
SERVER_ADDRESS = "server-address-picked": [Warning];
    meaning "A caller may tell the server which address to use";
    why "ipcp-accept-local is for who calls a provider, which gives the address. A server has its own.";
    fix "remove ipcp-accept-local";
    example Etc(&[file("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nipcp-accept-local\n")]);
DNS_ODD = "dns-odd": [Warning];
    meaning "An address for a DNS or WINS server is that of none";
    why "0.0.0.0 has pppd refuse the question, as if no server were set. 127.0.0.1 is the caller itself.";
    fix "write the address of a server that callers reach, or remove the option";
    example Etc(&[file("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nms-dns 0.0.0.0\n")]);
NO_PROXYARP = "no-proxyarp": [Warning];
    meaning "Hosts of the LAN do not reach a caller with an address of their network";
    why "They take the caller for a neighbour and ask for it by ARP. Only with proxyarp does the server answer for it.";
    fix "add proxyarp, or give callers addresses of another network and routes to it";
    example Etc(&[file("network/interfaces", "iface eth0 inet static\naddress 192.168.32.1/24\n")])
         => Etc(&[file("network/interfaces", "iface eth0 inet static\naddress 192.168.32.1/24\n"), file("ppp/options", "auth\nproxyarp\n")]);
FORWARDING_OFF = "forwarding-off": [Note, Warning];
    meaning "Callers reach the server and nothing behind it: it does not pass packets on";
    why "Linux passes packets on only with net.ipv4.ip_forward=1. It is a warning if proxyarp shows that it is meant.";
    fix "set net.ipv4.ip_forward=1 in a file of /etc/sysctl.d, if callers are to reach the LAN";
    example Etc(&[file("sysctl.conf", "#net.ipv4.ip_forward=1\n")])
         => Etc(&[file("sysctl.conf", "net.ipv4.ip_forward=1\n")]);
}
