//! The program itself is killed (SIGKILL on Unix) at random moments and resumed until it ends: the
//! final tensors must be those of a run that nobody disturbed, byte for byte.
//! `SGNAS_KILLS` sets how often; the bar is 20.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::RngExt;
use sgnas::nn::Tensors;
use sgnas::platform::clock::Stopwatch;
use sgnas::platform::random::{Purpose, Streams};
use sgnas::run::folder::RunFolder;

fn program() -> Command {
    let mut command = common::program(env!("CARGO_BIN_EXE_sgnas"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).arg("search");
    command
}

fn start(data: &Path, out: &Path) -> Command {
    let mut command = program();
    command.arg("--data").arg(data).arg("--out").arg(out).args(["--seed", "3"]);
    for setting in common::SHORT.iter().chain(&["checkpoint.every_steps=10"]) {
        command.args(["--set", setting]);
    }
    command
}

fn tensors(folder: &Path) -> Tensors {
    let folder = RunFolder::open(folder).unwrap();
    folder.checkpoints().load::<serde_json::Value>().unwrap().unwrap().checkpoint.tensors
}

#[test]
fn a_search_killed_at_random_moments_ends_as_one_that_nobody_disturbed() {
    let kills: u32 = std::env::var("SGNAS_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    common::small_images(&data, 240);
    let calm = home.path().join("calm");
    let watch = Stopwatch::start();
    assert!(start(&data, &calm).status().unwrap().success());
    let whole = watch.seconds();
    let wanted = tensors(&calm);

    let mut moments = Streams::new(11).stream(Purpose::Order, 0);
    let mut done = 0;
    for trial in 0.. {
        let folder = home.path().join(format!("harried-{trial}"));
        let mut command = start(&data, &folder);
        loop {
            let mut child = command.spawn().unwrap();
            if done >= kills {
                assert!(child.wait().unwrap().success());
                break;
            }
            std::thread::sleep(Duration::from_secs_f64(moments.random_range(0.2..whole * 0.6)));
            if child.try_wait().unwrap().is_some() {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            done += 1;
            // Killed before it had a folder, it simply starts again.
            if folder.join("config.toml").exists() {
                command = program();
                command.arg("--resume").arg(&folder);
            }
        }
        assert!(tensors(&folder) == wanted, "final tensors differ after {done} kills");
        if done >= kills {
            break;
        }
    }
}
