//! Callers who say nothing, far ends who do not read, and what becomes of octets for them. The time is the test's.
#![allow(clippy::unwrap_used)]

use time::OffsetDateTime;

use super::*;
use crate::log_entry::TimeOfDay;
use crate::modem_pool::{Directory, Setup};
use offhook_telephony::exchange::LineConfig;
use offhook_telephony::modem::ModemConfig;

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Calls of a pool of one line, with nothing to listen at.
async fn calls() -> (Calls, ModemPool) {
    let mut pool = ModemPool::new(TimeOfDay::new(OffsetDateTime::UNIX_EPOCH), Directory::default());
    let (modem, line) = (ModemConfig::default(), LineConfig::default());
    pool.add(Setup { number: "1".to_owned(), name: None, modem, line });
    let calls = Calls::open(Phonebook::default(), None, &pool, LineConfig::default()).await.unwrap();
    (calls, pool)
}

/// What has been told, and the lines it was told of.
fn told(pool: &mut ModemPool) -> Vec<(Option<usize>, EventKind)> {
    std::iter::from_fn(|| pool.poll_log_entry()).map(|entry| (entry.line, entry.what)).collect()
}

const LIMIT: Instant = Instant::from_millis(10_000);

#[test]
fn a_caller_that_does_not_say_whom_it_wants_is_let_go_and_told_of() {
    run(async {
        let (mut calls, mut pool) = calls().await;
        let (here, there) = UnixStream::pair().unwrap();
        calls.came(Instant::ZERO, &mut pool, Came::Control(Ok(here)));
        assert_eq!((calls.visitors.len(), calls.poll_timeout()), (1, Some(LIMIT)));
        calls.dismiss_late(LIMIT, &mut pool);
        assert_eq!((calls.visitors.len(), calls.poll_timeout()), (0, None));
        let text = "a caller at the control socket has not said whom it wants in 10 s".to_owned();
        assert_eq!(told(&mut pool), [(None, EventKind::Note { text })]);
        there.readable().await.unwrap();
        assert_eq!(there.try_read(&mut [0; 8]).unwrap(), 0, "its connection is closed");
    });
}

#[test]
fn one_caller_too_many_is_turned_away_in_words() {
    run(async {
        let (mut calls, mut pool) = calls().await;
        let mut silent = Vec::new();
        for _ in 0..VISITORS {
            let (here, there) = UnixStream::pair().unwrap();
            calls.came(Instant::ZERO, &mut pool, Came::Control(Ok(here)));
            silent.push(there);
        }
        let (here, there) = UnixStream::pair().unwrap();
        calls.came(Instant::ZERO, &mut pool, Came::Control(Ok(here)));
        assert_eq!((calls.visitors.len(), told(&mut pool).len()), (VISITORS, 1));
        there.readable().await.unwrap();
        let mut said = [0; 100];
        let count = there.try_read(&mut said).unwrap();
        assert!(said[..count].starts_with(b"ERROR too many callers"));
    });
}

#[test]
fn a_far_end_that_does_not_read_after_its_call_has_ten_seconds_from_the_last_octet_it_read() {
    run(async {
        let (mut calls, mut pool) = calls().await;
        let (here, there) = UnixStream::pair().unwrap();
        let mut stream = StreamEnd::unix(here);
        stream.write(&vec![b'x'; 1 << 20]);
        calls.dismiss(Instant::ZERO, &mut pool, Some(0), stream);
        assert_eq!((calls.leaving.len(), calls.poll_timeout()), (1, Some(LIMIT)));
        // It reads a little, in time.
        there.readable().await.unwrap();
        let mut buffer = vec![0; 1 << 16];
        while let Ok(1..) = there.try_read(&mut buffer) {}
        // What there is room for now is written; then nothing happens.
        let nothing = tokio::time::timeout(Duration::from_millis(20), calls.leaving[0].stream.next()).await;
        assert!(nothing.is_err());
        let later = Instant::from_millis(9_000);
        calls.dismiss_late(later, &mut pool);
        assert_eq!(calls.poll_timeout(), Some(later + FAREWELL));
        let unwritten = calls.leaving[0].stream.unwritten() as u64;
        assert!(unwritten > 0 && unwritten < 1 << 20, "{unwritten}");
        calls.dismiss_late(later + FAREWELL, &mut pool);
        assert_eq!((calls.leaving.len(), pool.lost(0)), (0, unwritten));
        let lost = EventKind::Lost { octets: unwritten, from: Side::Server, cause: LossCause::NotRead };
        assert_eq!(told(&mut pool), [(Some(0), lost)]);
    });
}

#[test]
fn a_far_end_that_has_closed_its_direction_still_reads() {
    run(async {
        let (here, there) = UnixStream::pair().unwrap();
        let mut stream = StreamEnd::unix(here);
        stream.write(&vec![b'x'; 1 << 20]);
        let mut there = there.into_std().unwrap();
        there.shutdown(std::net::Shutdown::Write).unwrap();
        there.set_nonblocking(false).unwrap();
        let reader = std::thread::spawn(move || std::io::copy(&mut there, &mut std::io::sink()).unwrap());
        assert!(matches!(stream.next().await, StreamEvent::Closed));
        stream.close();
        assert!(matches!(stream.next().await, StreamEvent::Closed));
        assert_eq!(stream.into_lost(), Lost::default());
        assert_eq!(reader.join().unwrap(), 1 << 20);
    });
}
