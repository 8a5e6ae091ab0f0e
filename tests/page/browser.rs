//! A headless Chromium for tests, driven by WebDriver (W3C), or the reason why there is none.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};

/// Real time that anything in the browser may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A browser, ended with its driver when this is dropped.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Child,
    _profile: tempfile::TempDir,
}

/// What a page looks like.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
}

impl Browser {
    /// Starts one, or says why not.
    pub(crate) async fn start(window: Window) -> Result<Self, String> {
        let chromium = program("chromium")?;
        let mut driver = Command::new(program("chromedriver")?)
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("chromedriver cannot be started: {error}"))?;
        let port = port(&mut driver);
        let profile = tempfile::tempdir().unwrap();
        let scheme = if window.dark { 0 } else { 1 };
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={},{}", window.width, window.height),
            format!("--blink-settings=preferredColorScheme={scheme}"),
        ];
        let wanted = json!({
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(wanted) = wanted else { unreachable!() };
        let wanted: Capabilities = wanted.into_iter().collect();
        let mut builder = ClientBuilder::new(hyper_connector());
        let connected = builder.capabilities(wanted);
        let address = format!("http://127.0.0.1:{port}");
        let client = tokio::time::timeout(DEADLINE, connected.connect(&address)).await;
        match client {
            Ok(Ok(client)) => Ok(Self { client, driver, _profile: profile }),
            other => {
                let _ = driver.kill();
                let _ = driver.wait();
                panic!("no session with Chromium: {other:?}")
            }
        }
    }

    pub(crate) async fn open(&self, page: &Path, hash: &str) {
        self.client.goto(&format!("file://{}{hash}", page.display())).await.unwrap();
    }

    /// What a script gives; it may use `await`.
    pub(crate) async fn eval(&self, script: &str) -> Value {
        let whole = format!(
            "const done = arguments[arguments.length - 1]; (async () => {{ {script} }})().then(done, (error) => done('ERROR ' + error));"
        );
        let value = tokio::time::timeout(DEADLINE, self.client.execute_async(&whole, Vec::new())).await;
        let value = value.expect("a script took too long").unwrap();
        assert!(!value.as_str().is_some_and(|text| text.starts_with("ERROR ")), "{value}");
        value
    }

    /// Waits until a script gives true.
    pub(crate) async fn until(&self, condition: &str) {
        let script = format!(
            "const end = performance.now() + 20000; while (!({condition})) {{ if (performance.now() > end) return false; \
             await new Promise((go) => setTimeout(go, 10)); }} return true;"
        );
        assert_eq!(self.eval(&script).await, true, "never came: {condition}");
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    pub(crate) async fn press(&self, key: &str) {
        self.client.active_element().await.unwrap().send_keys(key).await.unwrap();
    }

    /// What the browser complained of so far.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(BrowserLog).await.unwrap();
        let bad = |entry: &&Value| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING"));
        log.as_array().unwrap().iter().filter(bad).map(|entry| entry["message"].to_string()).collect()
    }

    /// Leaves a picture where somebody wants to look: a directory named by OFFHOOK_SCREENSHOTS.
    pub(crate) async fn picture(&self, name: &str) {
        if let Some(directory) = std::env::var_os("OFFHOOK_SCREENSHOTS") {
            let octets = self.client.screenshot().await.unwrap();
            std::fs::write(PathBuf::from(directory).join(format!("{name}.png")), octets).unwrap();
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser and all that it has started are in the driver's group, and go with it, however the test ended.
        let group = rustix::process::Pid::from_raw(self.driver.id().cast_signed()).unwrap();
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.driver.wait();
    }
}

fn hyper_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

/// The port that the driver says it has.
fn port(driver: &mut Child) -> u16 {
    let output = BufReader::new(driver.stdout.take().unwrap());
    for line in output.lines() {
        let line = line.unwrap();
        let told = line.rsplit_once("started successfully on port ");
        if let Some((_, port)) = told {
            return port.trim_end_matches('.').parse().unwrap();
        }
    }
    panic!("chromedriver ended without saying its port")
}

/// Where a program is.
fn program(name: &str) -> Result<PathBuf, String> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|place| place.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| format!("there is no {name} (Debian: chromium, chromium-driver)"))
}

/// Chromium's own command for the console's log.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
