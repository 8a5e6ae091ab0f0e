//! The HTML page in a browser: it opens from disk without a complaint, filters, expands and compares, by mouse and by keys, in narrow
//! and wide windows, in light and dark, for everybody; a thousand results are as fluid as ten.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "page/browser.rs"]
mod browser;
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use browser::{Browser, Window};
use common::{offhook, said};
use offhook_page::{Mark, Page, run};
use offhook_report::evidence::saved;
use serde_json::{Value, json};

const WIDE: Window = Window { width: 1600, height: 1000, dark: false };
const NARROW: Window = Window { width: 500, height: 900, dark: true };

/// The page of a run in which something fails, with its evidence beside it.
fn page() -> &'static Path {
    static PAGE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, page) = PAGE.get_or_init(|| {
        let scratch = tempfile::tempdir().unwrap();
        let page = scratch.path().join("page.html");
        let mut command = offhook();
        command.args(["run", "tests/page/broken.kdl", "scenarios/first-call.kdl", "--html"]).arg(&page);
        let output = command.arg("--out").arg(scratch.path().join("out")).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        (scratch, page)
    });
    page
}

/// Runs a test in a browser, or says why not.
fn in_browser<F: Future<Output = Browser>>(window: Window, test: impl FnOnce(Browser) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match Browser::start(window).await {
            Ok(browser) => {
                let browser = test(browser).await;
                assert_eq!(browser.complaints().await, Vec::<String>::new());
            }
            Err(reason) => eprintln!("skipped: {reason}"),
        }
    });
}

#[test]
fn a_failure_is_found_by_filtering_and_opening_it() {
    in_browser(WIDE, |browser| async {
        browser.open(page(), "").await;
        browser.picture("overview-wide").await;
        let shown = "return [...document.querySelectorAll('#list tbody tr:not([hidden])')].length";
        assert_eq!(browser.eval(shown).await, 8);
        browser.eval("document.querySelector('#counts [data-mark=failed]').click()").await;
        assert_eq!(browser.eval(shown).await, 2);
        browser.eval("document.querySelector('#list tr:not([hidden]) a').click()").await;
        browser.until("document.querySelector('#detail .failure')").await;
        let told = browser.eval("return document.querySelector('#detail .failure').innerText").await;
        let told = told.as_str().unwrap();
        assert!(told.starts_with("Call 1, step 4 expect-address"), "{told}");
        for part in ["tests/page/broken.kdl:13:9", "192.168.32.106", "192.168.32.105"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        browser.eval("document.querySelector('.failure button').click()").await;
        browser.until("document.activeElement.parentNode.matches('.k-step.m-failed')").await;
        browser.picture("failure-wide").await;
        browser
    });
}

/// The ladder is drawn when the canvas has its width, which is a frame after the failure can be read.
#[test]
fn who_asks_for_the_failed_step_before_the_first_drawing_gets_it_and_keeps_it_in_a_window_that_is_resized() {
    in_browser(WIDE, |browser| async {
        browser.open(page(), "").await;
        let at_once = "
            document.querySelector('#counts [data-mark=failed]').click();
            document.querySelector('#list tr:not([hidden]) a').click();
            const there = () => document.querySelector('#detail .failure') && !document.getElementById('detail').hidden;
            while (!there()) await new Promise((go) => setTimeout(go, 0));
            document.querySelector('.failure button').click();
            return document.activeElement.getAttribute('aria-label');";
        let asked = browser.eval(at_once).await;
        assert!(asked.as_str().is_some_and(|label| label.contains("expect-address")), "{asked}");
        browser.until("window.drawn = Number(document.querySelector('.canvas svg').getAttribute('width'))").await;
        browser.resize(1200, 800).await;
        browser.until("Number(document.querySelector('.canvas svg').getAttribute('width')) < window.drawn").await;
        assert_eq!(browser.eval("return document.activeElement.getAttribute('aria-label')").await, asked);
        browser
    });
}

#[test]
fn a_search_finds_by_every_word_and_says_when_there_is_nothing() {
    in_browser(WIDE, |browser| async {
        browser.open(page(), "").await;
        browser.press("/").await;
        browser.press("trixie idle").await;
        assert_eq!(browser.eval("return document.getElementById('shown').textContent").await, "1 of 8 shown");
        browser.press(" nowhere").await;
        assert_eq!(browser.eval("return document.getElementById('none').hidden").await, false);
        browser.eval("const o = document.getElementById('order'); o.value = 'virtual'; o.dispatchEvent(new Event('change', {bubbles: true}))").await;
        let first = browser.eval("return document.querySelector('#list tbody a').textContent").await;
        assert_eq!(first, "a call is ended after thirty idle minutes");
        browser
    });
}

#[test]
fn a_packet_opens_with_its_fields_and_octets() {
    in_browser(WIDE, |browser| async {
        browser.open(page(), "#r0").await;
        browser.until("document.querySelector('.k-frame')").await;
        let request = "[...document.querySelectorAll('.k-frame .hit')].find((g) => g.getAttribute('aria-label').includes('[IPCP ConfNak'))";
        browser.eval(&format!("{request}.dispatchEvent(new MouseEvent('click', {{bubbles: true}}))")).await;
        browser.until("document.querySelector('.opened .fields')").await;
        let fields = browser.eval("return [...document.querySelectorAll('.fields tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))").await;
        let fields = fields.as_array().unwrap();
        let field =
            |name: &str| fields.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name}: {fields:?}"));
        assert_eq!(field("Code")[1], "3 Configure-Nak");
        assert_eq!(field("Option")[1], "addr 192.168.32.105");
        let octets = browser.eval("return [...document.querySelectorAll('.dump .octets')].map((part) => [...part.children].map((c) => c.textContent).join('')).join('')").await;
        assert!(octets.as_str().unwrap().contains("0306c0a82069"), "{octets}");
        browser.picture("packet-wide").await;
        browser
    });
}

#[test]
fn the_keys_alone_lead_through_results_events_and_back() {
    in_browser(NARROW, |browser| async {
        browser.open(page(), "").await;
        browser.press("j").await;
        browser.until("location.hash === '#r0' && document.querySelector('.event')").await;
        browser.press("j").await;
        browser.until("location.hash === '#r1'").await;
        browser.press("k").await;
        browser.until("location.hash === '#r0' && document.querySelector('.event')").await;
        browser.eval("document.querySelector('.hit[tabindex=\"0\"]').focus()").await;
        browser.press("\u{e015}").await; // Down
        assert_eq!(browser.eval("return document.activeElement.dataset.row").await, "1");
        browser.press("\u{e007}").await; // Enter
        browser.until("document.querySelector('.opened .packet')").await;
        assert_eq!(browser.eval("return document.activeElement.getAttribute('aria-expanded')").await, "true");
        browser.picture("result-narrow-dark").await;
        browser.press("\u{e00c}").await; // Escape
        browser.until("location.hash === '' && document.getElementById('detail').hidden").await;
        browser
    });
}

#[test]
fn two_stacks_stand_side_by_side_with_their_differences() {
    in_browser(WIDE, |browser| async {
        browser.open(page(), "").await;
        browser
            .eval("for (const index of [2, 3]) document.querySelector('#list input[value=\"' + index + '\"]').click()")
            .await;
        browser.eval("document.getElementById('compare').click()").await;
        browser.until("document.querySelector('.compared')").await;
        let told = browser.eval("return document.querySelector('#detail [role=status]').textContent").await;
        let rows =
            browser.eval("return document.querySelectorAll('.compared .differs').length").await.as_u64().unwrap();
        assert!(rows > 0 && told.as_str().unwrap().starts_with(&format!("{rows} of ")), "{told}, {rows}");
        // pppd names its version itself.
        let differs = browser
            .eval("return [...document.querySelectorAll('.compared .differs')].map((row) => row.innerText).join(' ')")
            .await;
        assert!(
            differs.as_str().unwrap().contains("pppd 2.4.9") && differs.as_str().unwrap().contains("pppd 2.5.2"),
            "{differs}"
        );
        browser.picture("compared-wide").await;
        browser.open(page(), "#c2,2").await;
        browser
            .until("document.querySelector('#detail [role=status]')?.textContent === 'The exchanges are the same.'")
            .await;
        browser
    });
}

#[test]
fn files_logs_and_links_are_there() {
    in_browser(WIDE, |browser| async {
        browser.open(page(), "#r0").await;
        browser.until("document.querySelector('.links')").await;
        browser.eval("document.querySelectorAll('#detail details').forEach((d) => (d.open = true))").await;
        browser.until("document.querySelector('.aligned')").await;
        browser.eval("document.querySelectorAll('#detail details').forEach((d) => (d.open = true))").await;
        browser
            .until("[...document.querySelectorAll('pre')].some((pre) => pre.textContent.includes('require-pap'))")
            .await;
        let row = "[...document.querySelectorAll('.aligned tr')].find((row) => row.innerText.includes('PAP peer authentication succeeded'))";
        let side = browser
            .eval(&format!("return [...{row}.cells].findIndex((cell) => cell.innerText.includes('PAP peer'))"))
            .await;
        assert_eq!(side, 3, "the server's log stands on its side");
        let link = browser.eval("return document.querySelector('.links a').getAttribute('href')").await;
        let capture = page().parent().unwrap().join(link.as_str().unwrap());
        assert!(capture.is_file(), "{capture:?}");
        browser
    });
}

#[test]
fn time_is_to_scale_where_one_asks_for_it() {
    in_browser(WIDE, |browser| async {
        browser.open(page(), "#r0").await;
        browser.until("document.querySelector('.event')").await;
        browser.eval("const s = [...document.querySelectorAll('.ladder-box select')].at(-1); s.value = '20'; s.dispatchEvent(new Event('change'))").await;
        let ys = "const y = (kind) => Number(document.querySelector('.' + kind + ' line')?.getAttribute('y1') ?? \
                  document.querySelector('.' + kind + ' .hit').getAttribute('y')); return y('k-connected') - y('k-off-hook')";
        let distance = browser.eval(ys).await.as_f64().unwrap();
        // Training takes 8 s.
        assert!((distance - 160.0).abs() < 2.0, "{distance}");
        browser
    });
}

/// What axe-core finds wrong, each as one line; `None` where axe-core is not installed.
async fn violations(browser: &Browser) -> Option<Vec<String>> {
    let axe = std::env::var_os("OFFHOOK_AXE").map(PathBuf::from);
    let axe = axe.unwrap_or_else(|| common::root().join("target/browser/node_modules/axe-core/axe.min.js"));
    let Ok(source) = fs::read_to_string(&axe) else {
        eprintln!("skipped: there is no axe-core at {} (npm install --prefix target/browser axe-core)", axe.display());
        return None;
    };
    browser.client.execute(&source, Vec::new()).await.unwrap();
    let found = browser
        .eval("const found = await axe.run(document, { resultTypes: ['violations'] }); return found.violations")
        .await;
    let line = |violation: &Value| format!("{}: {}", violation["id"], violation["nodes"][0]["html"]);
    Some(found.as_array().unwrap().iter().map(line).collect())
}

#[test]
fn axe_finds_no_barrier_in_any_part_in_light_and_dark_narrow_and_wide() {
    for window in [WIDE, NARROW, Window { dark: true, ..WIDE }, Window { dark: false, ..NARROW }] {
        in_browser(window, |browser| async move {
            for (hash, ready) in [
                ("", "true"),
                ("#r0", "document.querySelector('.event')"),
                ("#c2,3", "document.querySelector('.compared')"),
            ] {
                browser.open(page(), hash).await;
                browser.until(ready).await;
                if hash == "#r0" {
                    browser.eval("document.querySelectorAll('#detail details').forEach((d) => (d.open = true))").await;
                    browser.eval("document.querySelector('.k-frame .hit').dispatchEvent(new MouseEvent('click', {bubbles: true}))").await;
                }
                browser.eval("await new Promise((go) => setTimeout(go, 100))").await;
                let Some(found) = violations(&browser).await else { return browser };
                assert_eq!(found, Vec::<String>::new(), "{hash} at {} px", window.width);
            }
            browser
        });
    }
}

#[test]
fn nothing_scrolls_sideways_in_a_narrow_window() {
    in_browser(NARROW, |browser| async {
        for hash in ["", "#r0"] {
            browser.open(page(), hash).await;
            browser.until("document.querySelector('#list')").await;
            // What the smallest telephones have: the window of a browser has a least width.
            browser.eval("document.documentElement.style.width = '390px'").await;
            browser.eval("await new Promise((go) => setTimeout(go, 200))").await;
            let over = browser
                .eval("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                .await;
            assert!(over.as_i64().unwrap() <= 0, "{hash}: {over} px");
        }
        browser
    });
}

#[test]
fn a_thousand_results_open_within_a_second_and_filter_at_once() {
    let saved = saved::load(&page().with_file_name("out")).unwrap();
    let outcomes: Vec<_> = saved.result.outcomes.iter().cycle().take(1000).cloned().collect();
    assert_eq!(outcomes.len(), 1000);
    let scratch = tempfile::tempdir().unwrap();
    let outcomes: Vec<_> = outcomes
        .iter()
        .enumerate()
        .map(|(number, outcome)| {
            // Nothing is the same twice.
            let mut outcome = (**outcome).clone();
            outcome.name = format!("{}, {number}", outcome.name);
            outcome.source.text = format!("{}// {number}\n", outcome.source.text).into();
            Arc::new(outcome)
        })
        .collect();
    let start = Instant::now();
    let items = run::items(&outcomes, scratch.path(), "").unwrap();
    let page = Page { title: "a thousand".into(), words: Mark::OF_RUN, facts: Vec::new(), table: None, items };
    let html = page.html().unwrap();
    let took = start.elapsed();
    eprintln!("1,000 results: {} octets in {took:?}", html.len());
    assert!(html.len() < 20 << 20, "{} octets", html.len());
    assert!(took < Duration::from_secs(8), "{took:?}: two seconds are wanted on a machine that does nothing else");
    let file = scratch.path().join("page.html");
    fs::write(&file, html).unwrap();
    in_browser(WIDE, |browser| async {
        browser.open(&file, "").await;
        browser.until("performance.getEntriesByName('first-contentful-paint').length").await;
        let painted = browser.eval("return performance.getEntriesByName('first-contentful-paint')[0].startTime").await;
        let filtered = browser
            .eval(
                "const s = document.getElementById('search'); const start = performance.now(); s.value = 'trixie 99'; \
                   s.dispatchEvent(new Event('input')); document.body.offsetHeight; return performance.now() - start",
            )
            .await;
        eprintln!("first paint after {painted} ms, filtered in {filtered} ms");
        assert!(
            painted.as_f64().unwrap() < 2000.0,
            "{painted} ms: one second is wanted on a machine that does nothing else"
        );
        assert!(filtered.as_f64().unwrap() < 500.0, "{filtered} ms");
        browser
    });
}

#[test]
fn an_audit_has_its_findings_its_statements_and_its_calls_in_the_same_page() {
    let scratch = tempfile::tempdir().unwrap();
    let (file, out) = (scratch.path().join("audit.html"), scratch.path().join("out"));
    let audit = |more: &[&Path]| {
        let mut command = offhook();
        command.args(["audit", "--ignore-modes", "--etc", "tests/audit/deny-all-first/etc", "--html"]).arg(&file);
        let output = command.args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    };
    audit(&[]);
    assert!(!fs::read_to_string(&file).unwrap().contains("id=\"item-0\"></script>"));
    audit(&[Path::new("--out"), &out]);
    in_browser(WIDE, |browser| async {
        browser.open(&file, "").await;
        let words = browser.eval("return [...document.querySelectorAll('#counts button')].map((b) => b.dataset.mark + ': ' + b.textContent.replace(/[^a-z ]/g, '').trim())").await;
        let words: Vec<_> = words.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        assert!(words.contains(&"passed: as stated".to_owned()), "{words:?}");
        assert!(words.iter().any(|word| word == "failed: danger" || word == "error: error"), "{words:?}");
        browser.open(&file, "#r0").await;
        browser.until("document.querySelector('#detail .failure dd, #detail dl dd')").await;
        browser.picture("audit-wide").await;
        let call = browser.eval("return [...document.querySelectorAll('#list tr')].findIndex((row) => row.innerText.includes('\\ncalls')) - 1").await;
        browser.open(&file, &format!("#r{call}")).await;
        browser.until("document.querySelector('.event')").await;
        if let Some(found) = violations(&browser).await {
            assert_eq!(found, Vec::<String>::new());
        }
        browser
    });
}

#[test]
fn a_capture_that_others_recorded_has_its_ladder_in_the_same_page() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("capture.html");
    let output = offhook().args(["decode", "captures/first-call.pcapng", "--html"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    in_browser(WIDE, |browser| async {
        browser.open(&file, "#r0").await;
        browser.until("document.querySelector('.k-frame')").await;
        let phases = browser
            .eval(
                "return [...document.querySelectorAll('.phase title')].map((phase) => phase.textContent.split(',')[0])",
            )
            .await;
        assert_eq!(
            phases,
            json!(["Ringing", "Training", "Carrier", "Establish", "Authenticate", "Network", "Terminate"])
        );
        browser
    });
}

#[test]
fn what_a_server_says_stays_text() {
    let saved = saved::load(&page().with_file_name("out")).unwrap();
    let mut outcome = (*saved.result.outcomes[0]).clone();
    let hostile = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">";
    outcome.name = hostile.to_owned();
    outcome.source.text = hostile.into();
    for event in &mut outcome.trace {
        if let offhook_telephony::trace::EventKind::Log { text, .. } = &mut event.what {
            *text = hostile.to_owned();
        }
    }
    let scratch = tempfile::tempdir().unwrap();
    let page = Page {
        title: hostile.to_owned(),
        words: Mark::OF_RUN,
        facts: Vec::new(),
        table: None,
        items: vec![run::item(&outcome, scratch.path(), hostile)],
    };
    let file = scratch.path().join("page.html");
    fs::write(&file, page.html().unwrap()).unwrap();
    in_browser(WIDE, |browser| async {
        browser.open(&file, "#r0").await;
        browser.until("document.querySelector('.event')").await;
        browser.eval("document.querySelectorAll('#detail details').forEach((d) => (d.open = true))").await;
        browser.until("document.querySelector('.aligned')").await;
        assert_eq!(browser.eval("return document.title").await, json!(hostile));
        assert_eq!(browser.eval("return document.images.length").await, 0);
        browser
    });
}

#[test]
fn the_page_of_a_conformance_run_counts_by_level_and_shows_the_exchange() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("page.html");
    // A Configure-Request without options, and nothing more.
    let octets = offhook_ppp::transparency::encode(b"\xff\x03\xc0\x21\x01\x01\x00\x04", u32::MAX);
    let octal: String = octets.iter().map(|octet| format!("\\{octet:03o}")).collect();
    let output = offhook()
        .args(["conformance", "--name", "one", "--case", "LCP-4.1-03.a", "--subject"])
        .arg(format!("printf '{octal}'; exec sleep 600"))
        .arg("--out")
        .arg(scratch.path().join("out"))
        .arg("--html")
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    in_browser(NARROW, |browser| async {
        browser.open(&file, "").await;
        let row = browser.eval("return document.querySelector('.counted tbody tr').innerText").await;
        assert_eq!(
            row.as_str().unwrap().split_whitespace().collect::<Vec<_>>(),
            ["one", "must", "1", "0", "0", "1", "0"]
        );
        browser.eval("document.querySelector('#list a').click()").await;
        browser.until("document.querySelector('#detail .event')").await;
        let told = browser.eval("return document.querySelector('#detail').innerText").await;
        for part in ["LCP-4.1-03.a: ", "lcp Configure-Ack", "[LCP ConfReq id=0x1"] {
            assert!(told.as_str().unwrap().contains(part), "{part}: {told}");
        }
        browser
    });
}
