//! PPP over a TCP stream, with tokio: what a [`Link`] needs around it when time and octets are real.
//!
//! ```text
//! cargo run -p offhook-ppp --example tcp_stream                        both ends, on this machine
//! cargo run -p offhook-ppp --example tcp_stream -- listen ADDRESS:PORT     answers one connection
//! cargo run -p offhook-ppp --example tcp_stream -- connect ADDRESS:PORT    calls that one
//! ```
//!
//! The caller logs in, sends a datagram, gets it back from the answering end, and closes the link.

use std::net::{AddrParseError, Ipv4Addr};
use std::time::Duration;

use offhook_clock::Instant;
use offhook_ppp::auth::{Account, Credentials};
use offhook_ppp::frame::IP;
use offhook_ppp::link::{Answering, Calling, Config, Link, LinkEvent, Role};
use offhook_ppp::print;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const USAGE: &str = "usage: tcp_stream [listen ADDRESS:PORT | connect ADDRESS:PORT]";

/// A whole IPv4 packet: a header without options, of an experimental protocol (RFC 3692), and nothing else. A router
/// would look at the checksum; nobody does here.
const DATAGRAM: [u8; 20] = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0, 0, 192, 168, 32, 105, 192, 168, 32, 1];

/// The time since the program began, as a [`Link`] wants it.
struct Clock(tokio::time::Instant);

impl Clock {
    fn now(&self) -> Instant {
        Instant::ZERO + self.0.elapsed()
    }

    /// Returns at `deadline`; never, if there is none.
    async fn reaches(&self, deadline: Option<Instant>) {
        match deadline {
            Some(deadline) => tokio::time::sleep_until(self.0 + Duration::from_micros(deadline.micros())).await,
            None => std::future::pending().await,
        }
    }
}

/// Runs one end until the link is over or the stream ends.
async fn run(name: &str, mut link: Link, mut stream: TcpStream) -> io::Result<()> {
    let clock = Clock(tokio::time::Instant::now());
    let mut buffer = [0; 4096];
    link.handle_up(clock.now());
    loop {
        let mut is_over = false;
        while let Some(event) = link.poll_event() {
            is_over |= handle_event(name, &mut link, clock.now(), event);
        }
        while let Some(octets) = link.poll_transmit() {
            stream.write_all(&octets).await?;
        }
        if is_over {
            return Ok(());
        }
        tokio::select! {
            read = stream.read(&mut buffer) => match read? {
                0 => {
                    println!("{name:6}    the stream has ended");
                    return Ok(());
                }
                len => link.handle_octets(clock.now(), &buffer[..len]),
            },
            () = clock.reaches(link.poll_timeout()) => link.handle_timeout(clock.now()),
        }
    }
}

/// Prints what happened and does what this program is for; true if the link is over.
fn handle_event(name: &str, link: &mut Link, now: Instant, event: LinkEvent) -> bool {
    match event {
        LinkEvent::FrameSent(octets) => println!("{name:6} -> {}", print::frame(&octets)),
        LinkEvent::FrameReceived(octets) => println!("{name:6} <- {}", print::frame(&octets)),
        LinkEvent::IpUp { local, .. } => {
            println!("{name:6}    up as {local}");
            if name == "caller" {
                link.handle_datagram(IP, &DATAGRAM);
            }
        }
        LinkEvent::Datagram { octets, .. } if name == "caller" => {
            println!("{name:6}    the datagram is back: {}", octets == DATAGRAM);
            link.handle_close(now, "User request");
        }
        LinkEvent::Datagram { protocol, octets } => {
            link.handle_datagram(protocol, &octets);
        }
        LinkEvent::Finished(why) => {
            println!("{name:6}    over: {why}");
            return true;
        }
        _ => {}
    }
    false
}

fn caller() -> Link {
    let calling = Calling { credentials: Some(Credentials::new("alice", "secret")), ..Calling::default() };
    Link::new(Config { role: Role::Calling(calling), seed: std::process::id().into(), ..Config::default() })
}

fn server() -> Result<Link, AddrParseError> {
    let (local, remote): (Ipv4Addr, Ipv4Addr) = ("192.168.32.1".parse()?, "192.168.32.105".parse()?);
    let mut answering = Answering::new(local, remote);
    answering.accounts.push(Account::new("alice", "secret"));
    let seed = !u64::from(std::process::id());
    Ok(Link::new(Config { role: Role::Answering(answering), seed, ..Config::default() }))
}

async fn answer_one(listener: TcpListener) -> Result<(), Box<dyn std::error::Error>> {
    let (stream, _) = listener.accept().await?;
    run("server", server()?, stream).await?;
    Ok(())
}

async fn call(address: &str) -> Result<(), Box<dyn std::error::Error>> {
    run("caller", caller(), TcpStream::connect(address).await?).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?.to_string();
            tokio::try_join!(answer_one(listener), call(&address))?;
            Ok(())
        }
        ["listen", address] => answer_one(TcpListener::bind(address).await?).await,
        ["connect", address] => call(address).await,
        _ => Err(USAGE.into()),
    }
}
