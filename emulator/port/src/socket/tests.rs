//! DTEs on the loopback interface. Nothing sleeps: every wait has a limit.
#![allow(clippy::unwrap_used)]

use std::future::Future;
use std::time::Duration;

use rfc2217::{Client, PortSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// Runs a test inside a runtime, for no longer than 10 s.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), test).await.unwrap() });
}

async fn listening(telnet: bool) -> (Socket, SocketAddr) {
    let socket = Socket::listen("127.0.0.1", 0, if telnet { Protocol::Telnet } else { Protocol::Raw }).await.unwrap();
    let Role::Listen(_, address) = &socket.role else { unreachable!() };
    let address = *address;
    (socket, address)
}

/// More than the kernel takes for a DTE that does not read, given that its window is small.
const MUCH: usize = 6_000_000;

/// A DTE with a small window.
async fn narrow(address: SocketAddr) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(address).await.unwrap()
}

async fn next(socket: &mut Socket) -> PortEvent {
    socket.next().await.unwrap()
}

fn octets(text: &[u8]) -> PortEvent {
    PortEvent::Octets(text.to_vec())
}

/// What the DTE reads, until so many octets are there, while the port does its part.
async fn read(socket: &mut Socket, dte: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut got = vec![0; count];
    tokio::select! {
        read = dte.read_exact(&mut got) => drop(read.unwrap()),
        event = socket.next() => unreachable!("{event:?}"),
    }
    got
}

/// All that the DTE reads until the connection ends.
async fn read_all(dte: &mut TcpStream) -> Vec<u8> {
    let mut got = Vec::new();
    dte.read_to_end(&mut got).await.unwrap();
    got
}

#[test]
fn a_connection_is_circuit_108_and_octets_are_as_they_are() {
    run(async {
        let (mut socket, address) = listening(false).await;
        assert_eq!(socket.describe(), format!("TCP port {address} (raw), free"));
        for _ in 0..2 {
            let mut dte = TcpStream::connect(address).await.unwrap();
            assert_eq!(next(&mut socket).await, PortEvent::Opened);
            let all: Vec<u8> = (0..=255).collect();
            dte.write_all(&all).await.unwrap();
            assert_eq!(next(&mut socket).await, octets(&all));
            socket.write(&all);
            assert_eq!(read(&mut socket, &mut dte, 256).await, all);
            assert_eq!(socket.unwritten(), 0);
            drop(dte);
            assert_eq!(next(&mut socket).await, PortEvent::Closed);
            socket.write(b"RING");
            assert_eq!(socket.unwritten(), 0, "nobody there");
        }
    });
}

#[test]
fn a_second_dte_is_told_that_the_port_is_busy() {
    run(async {
        let (mut socket, address) = listening(false).await;
        let mut dte = TcpStream::connect(address).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Opened);
        let mut other = TcpStream::connect(address).await.unwrap();
        tokio::select! {
            got = read_all(&mut other) => assert_eq!(got, b"BUSY\r\n"),
            event = socket.next() => unreachable!("{event:?}"),
        }
        dte.write_all(b"AT\r").await.unwrap();
        assert_eq!(next(&mut socket).await, octets(b"AT\r"), "the first one has it still");
    });
}

#[test]
fn lost_carrier_ends_the_connection_after_the_last_words() {
    run(async {
        for telnet in [false, true] {
            let (mut socket, address) = listening(telnet).await;
            let mut dte = narrow(address).await;
            assert_eq!(next(&mut socket).await, PortEvent::Opened);
            dte.write_all(b"unread").await.unwrap();
            let much = vec![b'x'; 3_000_000];
            socket.write(&much);
            socket.write(b"\r\nNO CARRIER\r\n");
            socket.hang_up();
            assert_eq!(next(&mut socket).await, PortEvent::Closed);
            let last = async {
                let got = read_all(&mut dte).await;
                drop(dte);
                got
            };
            assert!(last.await.ends_with(b"xxx\r\nNO CARRIER\r\n"));
            let _next = TcpStream::connect(address).await.unwrap();
            assert_eq!(next(&mut socket).await, PortEvent::Opened);
        }
    });
}

#[test]
fn a_dte_that_must_not_be_read_is_written_to() {
    run(async {
        for telnet in [false, true] {
            let (mut socket, address) = listening(telnet).await;
            let mut dte = narrow(address).await;
            assert_eq!(next(&mut socket).await, PortEvent::Opened);
            dte.write_all(b"AT\r").await.unwrap();
            socket.write(&vec![b'x'; MUCH]);
            let mut got = vec![0; MUCH];
            let (read, ()) = tokio::join!(dte.read_exact(&mut got), socket.flush());
            read.unwrap();
            assert_eq!(socket.unwritten(), 0);
            assert_eq!(next(&mut socket).await, octets(b"AT\r"));
        }
    });
}

#[test]
fn a_dte_that_suspends_is_written_to_when_it_resumes() {
    run(async {
        let (mut socket, address) = listening(true).await;
        let mut dte = TcpStream::connect(address).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Opened);
        // WILL COM-PORT-OPTION, FLOWCONTROL-SUSPEND; the opening, DO and NOTIFY-MODEMSTATE come back.
        dte.write_all(b"\xff\xfb\x2c\xff\xfa\x2c\x08\xff\xf0A").await.unwrap();
        assert_eq!(next(&mut socket).await, octets(b"A"));
        read(&mut socket, &mut dte, 15 + 3 + 7).await;
        socket.write(b"RING");
        let flushed = tokio::time::timeout(Duration::from_millis(20), socket.flush()).await;
        assert!(flushed.is_err() && socket.unwritten() == 4, "it wants nothing now");
        dte.write_all(b"\xff\xfa\x2c\x09\xff\xf0B").await.unwrap();
        assert_eq!(next(&mut socket).await, octets(b"B"));
        assert_eq!(read(&mut socket, &mut dte, 4).await, b"RING");
    });
}

#[test]
fn a_dte_that_does_not_read_is_heard_and_waited_for() {
    run(async {
        for telnet in [false, true] {
            let (mut socket, address) = listening(telnet).await;
            let mut dte = narrow(address).await;
            assert_eq!(next(&mut socket).await, PortEvent::Opened);
            socket.write(&vec![b'x'; MUCH]);
            dte.write_all(b"AT\r").await.unwrap();
            assert_eq!(next(&mut socket).await, octets(b"AT\r"));
            assert!(socket.unwritten() > 0, "the kernel took it all");
            let opening = if telnet { 15 } else { 0 };
            let got = read(&mut socket, &mut dte, MUCH + opening).await;
            assert!(got.ends_with(b"xxx"));
            assert_eq!(socket.unwritten(), 0);
        }
    });
}

/// A telnet client on a connection: octets to and from the port, until `until` holds.
async fn talk(socket: &mut Socket, dte: &mut TcpStream, client: &mut Client, until: impl Fn(&Client) -> bool) {
    while !until(client) {
        dte.write_all(&client.take_output()).await.unwrap();
        let mut got = [0; 512];
        tokio::select! {
            biased;
            count = dte.read(&mut got) => drop(client.receive(got.get(..count.unwrap()).unwrap())),
            event = socket.next() => socket.due.push_back(event.unwrap()),
        }
        while client.poll_event().is_some() {}
    }
    dte.write_all(&client.take_output()).await.unwrap();
}

#[test]
fn with_rfc_2217_the_dte_sees_circuit_109_and_keeps_its_connection() {
    run(async {
        let (mut socket, address) = listening(true).await;
        let mut dte = TcpStream::connect(address).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Opened);
        let mut client = Client::new(PortSettings { baud_rate: 57600, ..PortSettings::default() });
        let session = |client: &Client| client.readiness().is_ok();
        // Events are put back while the client talks: so only until it has what it wants.
        let mut heard = Vec::new();
        while !session(&client) {
            dte.write_all(&client.take_output()).await.unwrap();
            let mut got = [0; 512];
            tokio::select! {
                biased;
                event = socket.next() => heard.push(event.unwrap()),
                count = dte.read(&mut got) => drop(client.receive(got.get(..count.unwrap()).unwrap())),
            }
            while client.poll_event().is_some() {}
        }
        assert_eq!(heard, [PortEvent::Speed(57600)]);
        assert!(socket.describe().ends_with(" (RFC 2217)"), "{}", socket.describe());
        socket.set_circuit(Circuit::C109, true);
        talk(&mut socket, &mut dte, &mut client, |client| client.modem_state().is_some_and(|state| state.cd())).await;
        socket.set_circuit(Circuit::C109, false);
        socket.hang_up();
        talk(&mut socket, &mut dte, &mut client, |client| client.modem_state().is_some_and(|state| !state.cd())).await;
        client.set_dtr(false);
        dte.write_all(&client.take_output()).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Circuit108(false));
        client.set_dtr(true);
        client.set_rts(false);
        client.write_data(b"AT\r");
        dte.write_all(&client.take_output()).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Circuit108(true));
        assert_eq!(next(&mut socket).await, PortEvent::Circuit105(false));
        assert_eq!(next(&mut socket).await, octets(b"AT\r"));
        client.set_dtr(false);
        dte.write_all(&client.take_output()).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Circuit108(false));
        drop(dte);
        let quiet = tokio::time::timeout(Duration::from_millis(20), socket.next()).await;
        assert!(quiet.is_err(), "it was closed already: {quiet:?}");
        assert!(socket.session.is_none());
    });
}

#[test]
fn who_we_call_is_called_again_until_it_answers_and_when_it_is_lost() {
    run(async {
        // A port that nobody listens on, until we do.
        let reserved = tokio::net::TcpSocket::new_v4().unwrap();
        reserved.set_reuseaddr(true).unwrap();
        reserved.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = reserved.local_addr().unwrap();
        let mut socket = Socket::call("127.0.0.1", address.port(), Protocol::Raw);
        assert_eq!(socket.describe(), format!("TCP to {address} (raw), calling"));
        while !socket.describe().contains("refused") {
            // As a driver does that has many ports: the future is dropped again and again.
            let _ = tokio::time::timeout(Duration::from_millis(1), socket.next()).await;
        }
        let listener = reserved.listen(1).unwrap();
        for _ in 0..2 {
            let (accepted, event) = tokio::join!(listener.accept(), socket.next());
            assert_eq!(event.unwrap(), PortEvent::Opened);
            drop(accepted.unwrap());
            assert_eq!(next(&mut socket).await, PortEvent::Closed);
            assert!(socket.describe().ends_with("calling again: closed by the DTE"), "{}", socket.describe());
        }
    });
}

#[test]
fn a_port_that_is_taken_is_told() {
    run(async {
        let (_socket, address) = listening(false).await;
        let error = Socket::listen("127.0.0.1", address.port(), Protocol::Telnet).await.unwrap_err().to_string();
        let wanted = format!(
            "listening on TCP port {address} failed: Address already in use; another program listens there: choose \
             another port"
        );
        assert_eq!(error, wanted);
    });
}

#[test]
fn a_peer_that_asks_and_never_reads_the_answers_is_not_read_any_more() {
    run(async {
        let (mut socket, address) = listening(true).await;
        let mut dte = narrow(address).await;
        assert_eq!(next(&mut socket).await, PortEvent::Opened);
        // ARE-YOU-THERE (RFC 854), more often than there is room for answers anywhere.
        let questions = [255, 246].repeat(MUCH);
        let both = async {
            tokio::select! {
                written = dte.write_all(&questions) => unreachable!("all was taken: {written:?}"),
                event = socket.next() => unreachable!("{event:?}"),
            }
        };
        // Both sides stand still by then.
        assert!(tokio::time::timeout(Duration::from_millis(500), both).await.is_err());
        assert!(socket.unwritten() < 2 << 20, "{}", socket.unwritten());
    });
}

#[test]
fn last_words_that_are_never_read_are_counted_as_lost() {
    run(async {
        let (mut socket, address) = listening(false).await;
        let dte = TcpStream::connect(address).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Opened);
        socket.write(&vec![b'x'; 16 << 20]);
        let unwritten = socket.unwritten() as u64;
        assert!(unwritten > 0);
        socket.hang_up();
        assert_eq!(next(&mut socket).await, PortEvent::Closed);
        // It goes without reading: the connection is reset.
        dte.set_zero_linger().unwrap();
        drop(dte);
        let mut lost = socket.take_lost();
        while lost == 0 {
            tokio::task::yield_now().await;
            lost = socket.take_lost();
        }
        assert!(lost <= unwritten, "{lost} of {unwritten}");
    });
}

#[test]
fn an_ip232_dte_drops_dtr_sees_dcd_and_ri_and_keeps_its_connection() {
    run(async {
        let mut socket = Socket::listen("127.0.0.1", 0, Protocol::Ip232).await.unwrap();
        let Role::Listen(_, address) = &socket.role else { unreachable!() };
        let mut dte = TcpStream::connect(*address).await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Opened);
        assert_eq!(read(&mut socket, &mut dte, 2).await, [255, 0]);
        dte.write_all(b"\xff\x01AT\xff\xff\r").await.unwrap();
        assert_eq!(next(&mut socket).await, octets(b"AT\xff\r"));
        socket.write(b"\xffOK");
        socket.set_circuit(Circuit::C109, true);
        assert_eq!(read(&mut socket, &mut dte, 6).await, b"\xff\xffOK\xff\x01");
        // Carrier is lost: it is a circuit here, and not the end of the connection.
        socket.set_circuit(Circuit::C109, false);
        socket.hang_up();
        socket.set_circuit(Circuit::C125, true);
        assert_eq!(read(&mut socket, &mut dte, 4).await, b"\xff\x00\xff\x02");
        dte.write_all(b"\xff\x00").await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Circuit108(false));
        dte.write_all(b"\xff\x01").await.unwrap();
        assert_eq!(next(&mut socket).await, PortEvent::Circuit108(true));
        drop(dte);
        assert_eq!(next(&mut socket).await, PortEvent::Closed);
        assert!(socket.describe().contains("(ip232), free"), "{}", socket.describe());
    });
}
