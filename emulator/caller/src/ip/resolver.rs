//! Names: questions to the DNS servers that the link's other end gave (RFC 1035), one after the other.
//!
//! A server is asked at 0, 1, 3 and 7 seconds and given up at 15; then the next one is asked. Those are smoltcp's times.

use std::net::Ipv4Addr;
use std::time::Duration;

use smoltcp::iface::{Context, SocketHandle, SocketSet};
use smoltcp::socket::dns::{GetQueryResultError, QueryHandle, Socket};
use smoltcp::wire::{DnsQueryType, IpAddress};

use offhook_clock::Instant;

/// From the first question to a server until it is given up.
const PATIENCE: Duration = Duration::from_secs(15);

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The name asked for.
    pub name: String,
    /// Its addresses in the order of the answer.
    pub addresses: Vec<Ipv4Addr>,
    /// Why there are none, if so.
    pub error: Option<String>,
}

impl Resolved {
    /// A name that has no address, and why.
    pub(crate) fn failed(name: &str, error: String) -> Self {
        Self { name: name.to_owned(), addresses: Vec::new(), error: Some(error) }
    }
}

/// Who asks: the host's user, or the transfer of that key.
pub(super) type Asker = Option<u64>;

/// The questions that wait for an answer.
#[derive(Default)]
pub(super) struct Resolver {
    servers: Vec<Ipv4Addr>,
    socket: Option<SocketHandle>,
    questions: Vec<Question>,
}

struct Question {
    query: QueryHandle,
    name: String,
    asker: Asker,
    since: Instant,
}

impl Resolver {
    /// The servers to ask, best first.
    pub(super) fn set_servers(&mut self, servers: &[Ipv4Addr]) {
        self.servers = servers.iter().copied().filter(|server| !server.is_unspecified()).collect();
        self.servers.dedup();
    }

    /// Begins to ask; at once comes only what needs no asking.
    pub(super) fn ask(
        &mut self,
        now: Instant,
        name: &str,
        asker: Asker,
        context: &mut Context,
        sockets: &mut SocketSet<'static>,
    ) -> Option<Resolved> {
        if let Ok(address) = name.parse() {
            return Some(Resolved { name: name.to_owned(), addresses: vec![address], error: None });
        }
        if self.servers.is_empty() {
            let error = format!("nobody to ask for {name:?}: the server gave no DNS server");
            return Some(Resolved::failed(name, error));
        }
        let servers: Vec<_> = self.servers.iter().copied().map(IpAddress::Ipv4).collect();
        let handle = *self.socket.get_or_insert_with(|| sockets.add(Socket::new(&[], Vec::new())));
        let socket = sockets.get_mut::<Socket<'_>>(handle);
        socket.update_servers(&servers);
        match socket.start_query(context, name, DnsQueryType::A) {
            Ok(query) => {
                self.questions.push(Question { query, name: name.to_owned(), asker, since: now });
                None
            }
            Err(error) => Some(Resolved::failed(name, format!("{name:?} is no domain name: {error}"))),
        }
    }

    /// What has been answered, or given up.
    pub(super) fn answers(&mut self, now: Instant, sockets: &mut SocketSet<'static>) -> Vec<(Asker, Resolved)> {
        let Some(handle) = self.socket else { return Vec::new() };
        let socket = sockets.get_mut::<Socket<'_>>(handle);
        let mut answers = Vec::new();
        let servers = &self.servers;
        self.questions.retain(|question| {
            let resolved = match socket.get_query_result(question.query) {
                Err(GetQueryResultError::Pending) => return true,
                Err(GetQueryResultError::Failed) => Resolved::failed(&question.name, why(question, servers, now)),
                Ok(addresses) => {
                    let addresses = addresses
                        .into_iter()
                        .filter_map(|address| if let IpAddress::Ipv4(address) = address { Some(address) } else { None })
                        .collect();
                    Resolved { name: question.name.clone(), addresses, error: None }
                }
            };
            answers.push((question.asker, resolved));
            false
        });
        answers
    }

    /// Gives every question up.
    pub(super) fn abandon(&mut self, why: &str, sockets: &mut SocketSet<'static>) -> Vec<(Asker, Resolved)> {
        if let Some(handle) = self.socket.take() {
            sockets.remove(handle);
        }
        self.questions
            .drain(..)
            .map(|question| (question.asker, Resolved::failed(&question.name, why.to_owned())))
            .collect()
    }
}

/// smoltcp does not tell a refusal from silence, but silence takes its time.
fn why(question: &Question, servers: &[Ipv4Addr], now: Instant) -> String {
    let asked = servers.iter().map(Ipv4Addr::to_string).collect::<Vec<_>>().join(" and ");
    let waited = PATIENCE * u32::try_from(servers.len()).unwrap_or(u32::MAX);
    if now.since(question.since) >= waited {
        format!("{asked} did not answer within {} s, asked for {:?}", waited.as_secs(), question.name)
    } else {
        format!("{asked} answered that {:?} has no address", question.name)
    }
}
