//! The view in terminals of several sizes, as text.
#![allow(clippy::unwrap_used)]

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;

fn shown(width: u16, height: u16, picture: &Picture, selection: Selection) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, picture, selection)).unwrap();
    let text = terminal.backend().to_string();
    // The backend's quotation marks show where lines end.
    text
}

fn picture() -> Picture {
    let row = |number: &str, link: &str, state: &str, lamps: Lamps| Row {
        number: number.into(),
        link: link.into(),
        state: state.into(),
        busy: state != "on hook",
        lamps,
    };
    let ready = Lamps { modem_ready: true, terminal_ready: true, ..Lamps::default() };
    let online = Lamps { carrier: true, off_hook: true, ..ready };
    let events = [
        "09:00:01.000 port      opened by the DTE, DTR (108/2) on",
        "09:00:02.250 AT   ← ATE1&D2",
        "09:00:02.250 AT   → OK",
        "09:00:04.100 AT   ← ATDT5551001",
        "09:00:04.100 line ← off hook",
        "09:00:06.100 line ← dials 5551001",
        "09:00:06.100 line → ringing tone",
        "09:00:16.300 line   carrier at both ends, 33600 bit/s",
        "09:00:16.300 AT   → CONNECT 33600",
    ];
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    Picture {
        clock: "09:00:20".into(),
        lines: vec![
            row("5551000", "/dev/ttyV0", "connected 33600 to 5551001", Lamps { send: true, ..online }),
            row("5551001", "./vm1", "connected 33600 to 5551000", Lamps { receive: true, auto_answer: true, ..online }),
            row("5551002", "tcp:6400", "ringing, 2, from 5553000", Lamps { ring: true, ..ready }),
            row(
                "5551003",
                "serial:/dev/serial/by-id/usb-FTDI",
                "on hook",
                Lamps { modem_ready: true, ..Lamps::default() },
            ),
        ],
        detail: Detail {
            title: "5551000, ALICE, usr-courier".into(),
            parameters: words("S0=0 S1=0 S2=43 S3=13 S4=10 S5=8 S6=2 S7=60 S8=2 S9=6 S10=14 S11=95 S12=50"),
            settings: words("E1 Q0 V1 X4 &C1 &D2 &K3 &S0"),
            has_dte: true,
            sent: 1_234_567,
            received: 890,
            lost: 12,
            events: events.map(str::to_owned).to_vec(),
        },
    }
}

#[test]
fn the_usual_terminal_has_room_for_lines_lamps_and_what_happened() {
    insta::assert_snapshot!(shown(80, 24, &picture(), Selection::default()));
}

#[test]
fn a_wide_terminal_shows_whole_links() {
    insta::assert_snapshot!(shown(120, 40, &picture(), Selection { line: 2, help: false }));
}

#[test]
fn a_narrow_terminal_shows_the_lamps_of_one_line() {
    insta::assert_snapshot!(shown(40, 20, &picture(), Selection::default()));
}

#[test]
fn help_is_drawn_over_the_rest() {
    insta::assert_snapshot!(shown(80, 24, &picture(), Selection { line: 0, help: true }));
}

#[test]
fn many_lines_scroll_to_the_chosen_one() {
    let mut picture = picture();
    picture.lines =
        (0..64).map(|n| Row { number: format!("55510{n:02}"), state: "on hook".into(), ..Row::default() }).collect();
    let text = shown(80, 24, &picture, Selection { line: 63, help: false });
    assert!(text.contains("> 5551063") && !text.contains("5551000 "), "{text}");
}

#[test]
fn no_size_is_too_small() {
    for (width, height) in [(1, 1), (3, 2), (10, 4), (40, 5), (200, 3)] {
        shown(width, height, &picture(), Selection { line: 9, help: true });
        shown(width, height, &Picture::default(), Selection::default());
    }
}
