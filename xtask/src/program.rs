//! Child processes: bounded in time, and ended when their owner is done with them.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a program that ended said.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it ended with exit code 0.
    pub ok: bool,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Outcome {
    /// What it said, for an error message: standard error, or else standard output, without outer blank lines.
    pub fn said(&self) -> String {
        let text = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        text.trim().to_owned()
    }

    /// The standard output of a program that succeeded, or what it said.
    pub fn output(self) -> Result<String, String> {
        if self.ok { Ok(self.stdout) } else { Err(self.said()) }
    }
}

/// Runs `command` to its end with `input` on its standard input, for at most `limit`.
pub fn run(command: &mut Command, input: &str, limit: Duration) -> Result<Outcome, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{name}` did not start: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_owned();
        // A program may end without reading all of it.
        thread::spawn(move || stdin.write_all(input.as_bytes()));
    }
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() > limit => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`{name}` did not end within {} s", limit.as_secs()));
            }
            Ok(None) => thread::sleep(Duration::from_millis(10)),
            Err(error) => return Err(format!("`{name}` was lost: {error}")),
        }
    };
    let text =
        |reader: thread::JoinHandle<Vec<u8>>| String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned();
    Ok(Outcome { ok: status.success(), stdout: text(stdout), stderr: text(stderr) })
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// A program that runs until this value is dropped; what it prints goes to a file.
#[derive(Debug)]
pub struct Server {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Server {
    /// Starts `command` with both outputs into `log`.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let failed = |error: std::io::Error| format!("`{name}` did not start: {error}");
        let file = File::create(log).map_err(failed)?;
        let copy = file.try_clone().map_err(failed)?;
        let child = command.stdin(Stdio::null()).stdout(file).stderr(copy).spawn().map_err(failed)?;
        Ok(Self { child, name, log: log.to_owned() })
    }

    /// All that it has printed so far.
    pub fn printed(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Waits until `ready` answers, or says why it never did; a server that ends by itself is not waited for.
    pub fn wait_for<T>(&mut self, limit: Duration, mut ready: impl FnMut() -> Option<T>) -> Result<T, String> {
        let start = Instant::now();
        loop {
            if let Some(answer) = ready() {
                return Ok(answer);
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("`{}` ended by itself ({status}): {}", self.name, last_lines(&self.printed())));
            }
            if start.elapsed() > limit {
                let seconds = limit.as_secs();
                return Err(format!(
                    "`{}` was not ready within {seconds} s: {}",
                    self.name,
                    last_lines(&self.printed())
                ));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks it to end (SIGTERM) and waits for `limit`; what does not end is killed.
    #[allow(dead_code, reason = "for trials")]
    pub fn stop(mut self, limit: Duration) {
        let _ = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while start.elapsed() < limit && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_ended() {
        let start = Instant::now();
        let error = run(Command::new("sleep").arg("30"), "", Duration::from_millis(200)).unwrap_err();
        assert!(error.contains("did not end"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn input_goes_in_and_output_comes_back() {
        let outcome = run(&mut Command::new("cat"), "a\nb\n", Duration::from_secs(5)).unwrap();
        assert_eq!((outcome.ok, outcome.stdout.as_str()), (true, "a\nb\n"));
    }

    #[test]
    fn a_server_that_ends_by_itself_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut server =
            Server::start(Command::new("sh").args(["-c", "echo no; exit 3"]), &folder.path().join("log")).unwrap();
        let error = server.wait_for(Duration::from_secs(20), || None::<()>).unwrap_err();
        assert!(error.contains("ended by itself") && error.ends_with("no"), "{error}");
    }
}
