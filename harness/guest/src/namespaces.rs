//! The network namespaces of a guest: `server`, where everything of the server runs, `lan`, the network behind it, and one
//! for each program that calls.
//!
//! Process 1 itself moves into `server` for good, so that whatever it starts is there too. Both are named under
//! `/run/netns`, where `ip netns` finds them. If the scenario has a LAN, `eth0` in each is one end of a veth pair.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsRawFd;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use rtnetlink::packet_route::link::LinkMessage;
use rtnetlink::{Handle, LinkUnspec, LinkVeth, new_connection};

use offhook_base::Error;
use offhook_scenario::Lan;

/// Link-layer address of the server's `eth0`. Both are fixed, locally administered, so that runs are equal octet for octet.
pub(super) const SERVER_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
/// Link-layer address of the LAN host's `eth0`.
const HOST_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// The two namespaces, kept open.
#[derive(Debug)]
pub(super) struct Namespaces {
    server: File,
    lan: File,
}

impl Namespaces {
    /// Makes both and stays in `server`.
    pub(super) fn make() -> Result<Self, Error> {
        let lan = made("lan")?;
        let server = made("server")?;
        Ok(Self { server, lan })
    }

    /// Brings loopback up, and the LAN if there is one. Needs a tokio runtime on this thread.
    pub(super) async fn configure(&self, lan: Option<&Lan>) -> Result<(), Error> {
        let server = netlink()?;
        up(&server, "lo").await?;
        let Some(lan) = lan else { return Ok(()) };
        // A dial-in server with a network behind it routes between the two; pppd does not switch that on.
        if lan.forwarding {
            std::fs::write("/proc/sys/net/ipv4/ip_forward", "1\n")
                .map_err(|error| Error::io("switching IP forwarding on in the guest", &error))?;
        }
        let wire = LinkVeth::new("eth0", "peer0").address(SERVER_MAC.to_vec()).build();
        wired(server.link().add(wire).execute().await, "making the LAN's wire")?;
        // By number: a name in this message is the new one.
        let peer = LinkUnspec::new_with_index(index_of(&server, "peer0").await?);
        let peer = peer.name("eth0").address(HOST_MAC.to_vec()).setns_by_fd(self.lan.as_raw_fd()).build();
        wired(server.link().set(peer).execute().await, "moving the LAN's end of the wire")?;
        addressed(&server, lan.server, lan.prefix).await?;
        let beyond = self.in_lan(netlink)?;
        up(&beyond, "lo").await?;
        addressed(&beyond, lan.host, lan.prefix).await?;
        let way = rtnetlink::RouteMessageBuilder::<Ipv4Addr>::new().gateway(lan.server).build();
        wired(beyond.route().add(way).execute().await, "giving the LAN's host its default route")
    }

    /// Makes one more, for a program that calls, and goes back to `server`.
    pub(super) fn add(&self, name: &str) -> Result<File, Error> {
        let added = made(name);
        entered(&self.server)?;
        added
    }

    /// Does something in a namespace, where the sockets it makes will be, and comes back in any case.
    pub(super) fn within<T>(&self, namespace: &File, make: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        entered(namespace)?;
        let made = make();
        entered(&self.server)?;
        made
    }

    /// Does something in `lan`, where the sockets it makes will be, and comes back in any case.
    pub(super) fn in_lan<T>(&self, make: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.within(&self.lan, make)
    }
}

fn made(name: &str) -> Result<File, Error> {
    let doing = format!("making the network namespace {name:?}");
    unshare(CloneFlags::CLONE_NEWNET).map_err(|errno| Error::io(&doing, &io::Error::from(errno)))?;
    let path = format!("/run/netns/{name}");
    let made = || -> io::Result<File> {
        File::create(&path)?;
        mount(Some("/proc/self/ns/net"), path.as_str(), None::<&str>, MsFlags::MS_BIND, None::<&str>)?;
        File::open(&path)
    };
    made().map_err(|error| Error::io(&doing, &error))
}

fn entered(namespace: &File) -> Result<(), Error> {
    setns(namespace, CloneFlags::CLONE_NEWNET)
        .map_err(|errno| Error::io("entering a network namespace", &io::Error::from(errno)))
}

/// A netlink connection in the namespace this thread is in.
fn netlink() -> Result<Handle, Error> {
    let (connection, handle, _) =
        new_connection().map_err(|error| Error::io("opening netlink in the guest", &error))?;
    tokio::spawn(connection);
    Ok(handle)
}

async fn up(netlink: &Handle, name: &str) -> Result<(), Error> {
    let message: LinkMessage = LinkUnspec::new_with_name(name).up().build();
    wired(netlink.link().set(message).execute().await, &format!("bringing {name} up"))
}

async fn addressed(netlink: &Handle, address: Ipv4Addr, prefix: u8) -> Result<(), Error> {
    up(netlink, "eth0").await?;
    let index = index_of(netlink, "eth0").await?;
    wired(
        netlink.address().add(index, IpAddr::V4(address), prefix).execute().await,
        &format!("giving eth0 the address {address}/{prefix}"),
    )
}

/// The number of an interface.
pub(super) async fn index_of(netlink: &Handle, name: &str) -> Result<u32, Error> {
    use futures_util::TryStreamExt;

    let found = netlink.link().get().match_name(name.to_owned()).execute().try_next().await;
    match wired(found, &format!("looking for {name}"))? {
        Some(message) => Ok(message.header.index),
        None => Err(Error::new(format!("looking for {name} in the guest: there is none"))),
    }
}

fn wired<T>(result: Result<T, rtnetlink::Error>, doing: &str) -> Result<T, Error> {
    result.map_err(|error| Error::new(format!("{doing} in the guest: {error}")))
}
