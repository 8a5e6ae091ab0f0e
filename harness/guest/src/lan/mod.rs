//! The host on the network behind the server: what callers reach through the server, and what reaches them from there.
//!
//! It lives in the namespace `lan`. On its address it serves DNS (UDP port 53) and HTTP (TCP port 80); on request it
//! sends echo requests, and asks by ARP. Sockets belong to the namespace they were made in, whatever namespace the
//! thread is in later: so all of this runs in the one event loop of process 1, as tasks that end with it.

mod arp;
mod dns;
mod http;
pub(super) mod ping;

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use offhook_clock::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::namespaces::Namespaces;
use offhook_base::Error;
use offhook_scenario::Lan;
use offhook_session::conversation::{Answer, Request};

/// The host, with its servers running.
#[derive(Debug)]
pub(super) struct LanHost {
    pings: ping::Sender,
    questions: UnboundedSender<arp::Question>,
    heard: UnboundedReceiver<Heard>,
}

/// What the host heard from the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// An echo reply.
    Pong {
        /// The call it was sent for.
        call: usize,
        /// Its sequence number.
        sequence: u16,
    },
    /// What became of a question by ARP.
    Arp {
        /// The call it was asked for.
        call: usize,
        /// The address asked for.
        address: Ipv4Addr,
        /// The link-layer address that came, and whether it is the server's; `None`: none came in time.
        owner: Option<(String, bool)>,
    },
}

impl Heard {
    /// The answer for whoever asked, heard at `now`.
    pub(super) fn answer(self, now: Instant) -> Answer {
        match self {
            Self::Pong { call, sequence } => Answer::LanPong { call, sequence, at: now },
            Self::Arp { call, address, owner } => Answer::Arp { call, address, owner },
        }
    }
}

impl LanHost {
    /// Starts the servers of `lan`'s host. Needs a tokio runtime on this thread, and the network configured.
    pub(super) async fn start(namespaces: &Namespaces, lan: &Lan) -> Result<Self, Error> {
        let host = lan.host;
        let (tell, heard) = unbounded_channel();
        let (sender, listener) = namespaces.in_lan(|| {
            serve(host, lan)?;
            ping::open().map_err(|error| Error::io("opening a ping socket on the LAN's host", &error))
        })?;
        tokio::spawn(listener.listen(tell.clone()));
        let questions = arp::start(namespaces, tell).await?;
        Ok(Self { pings: sender, questions, heard })
    }

    /// Carries out `request`, whose answer comes by [`Self::next`]; false if it is not one for this host.
    pub(super) fn request(&self, request: &Request) -> bool {
        match *request {
            Request::LanPing { call, to, sequence, size } => self.pings.send(call, to, sequence, size),
            Request::Arp { call, address } => {
                // The task on the other end lives as long as the runtime.
                let _ = self.questions.send(arp::Question { call, address });
            }
            _ => return false,
        }
        true
    }

    /// The next thing heard. May be dropped and called again at any point.
    pub(super) async fn next(&mut self) -> Heard {
        match self.heard.recv().await {
            Some(heard) => heard,
            None => std::future::pending().await,
        }
    }
}

/// Starts the servers. This thread must be in the LAN's namespace.
fn serve(host: Ipv4Addr, lan: &Lan) -> Result<(), Error> {
    let doing = |what: &str| format!("serving {what} on the LAN's host at {host}");
    let names = lan.names.clone();
    let socket = UdpSocket::bind((host, 53)).and_then(|socket| {
        socket.set_nonblocking(true)?;
        tokio::net::UdpSocket::from_std(socket)
    });
    tokio::spawn(dns::serve(socket.map_err(|error| Error::io(doing("DNS"), &error))?, names));
    let listener = TcpListener::bind((host, 80)).and_then(|listener| {
        listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(listener)
    });
    tokio::spawn(http::serve(listener.map_err(|error| Error::io(doing("HTTP"), &error))?));
    Ok(())
}
