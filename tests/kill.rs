//! A writer of a run folder is killed (SIGKILL on Unix) at random moments and started again until
//! it ends: journal and final state must be those of a writer that nobody disturbed.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{Rng, RngExt};
use sgnas::nn::{HostTensor, Tensors};
use sgnas::platform::clock::Stopwatch;
use sgnas::platform::random::{Purpose, Streams};
use sgnas::protocol::facts::{Phase, SupernetStep};
use sgnas::protocol::{Config, Event};
use sgnas::run::checkpoint::{Loaded, Position};
use sgnas::run::folder::{OwnedRunFolder, RunFolder};
use sgnas::run::journal::{self, JournalFile};

/// Names the run folder to the child process.
const FOLDER: &str = "SGNAS_TEST_KILLED_WRITER";
const KILLS: u32 = 20;
const STEPS: u64 = 400;
const STEPS_A_CHECKPOINT: u64 = 9;

#[test]
fn a_writer_killed_at_random_moments_ends_as_one_that_nobody_disturbed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write(Path::new(&folder));
    }
    let parent = tempfile::tempdir().unwrap();
    let calm = parent.path().join("calm");
    let watch = Stopwatch::start();
    write(&calm);
    let mut longest = watch.seconds() / 4.0;

    let mut moments = Streams::new(1).stream(Purpose::Order, 0);
    let mut left = KILLS;
    for trial in 0.. {
        let harried = parent.path().join(format!("harried-{trial}"));
        let before = left;
        while !run_and_kill(&harried, &mut left, moments.random_range(0.0..longest)) {}
        compare(&harried, &calm);
        if left == 0 {
            break;
        }
        if left == before {
            // The calm run was measured while the machine was busy: kill sooner.
            longest /= 2.0;
        }
    }
}

/// Runs a writer, kills it after some seconds if kills are `left`; whether it got to its end.
fn run_and_kill(folder: &Path, left: &mut u32, seconds: f64) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let may_be_killed = *left > 0;
    if may_be_killed {
        std::thread::sleep(Duration::from_secs_f64(seconds));
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    if !status.success() {
        // A test that fails by itself ends with a code; one that is killed has none on Unix.
        assert!(may_be_killed && (cfg!(windows) || status.code().is_none()), "{status}");
        *left -= 1;
    }
    status.success()
}

/// The facts in the journal and the bits of the final state are the same.
#[track_caller]
fn compare(harried: &Path, calm: &Path) {
    assert_eq!(facts(harried), facts(calm));
    let end = |folder| load(&RunFolder::open(folder).unwrap()).unwrap().checkpoint;
    let (harried, calm) = (end(harried), end(calm));
    assert_eq!(harried.position.step, STEPS);
    assert_eq!(harried.state.to_bits(), calm.state.to_bits());
    assert_eq!(harried.tensors, calm.tensors);
}

fn load(folder: &RunFolder) -> Option<Loaded<f64>> {
    folder.checkpoints().load().unwrap()
}

fn facts(folder: &Path) -> Vec<Event> {
    let records = journal::read(&RunFolder::open(folder).unwrap().journal()).unwrap();
    records.iter().filter_map(|record| record.event.deterministic()).collect()
}

/// Starts or continues a run whose state depends on every step before.
fn write(root: &Path) {
    let owned = match OwnedRunFolder::open(root) {
        Ok(owned) => owned,
        Err(_) => OwnedRunFolder::create(root, &Config::preset("tiny").unwrap()).unwrap(),
    };
    let folder = owned.folder();
    let loaded = load(folder);
    let start = loaded.map_or((0, 0, 0.0, vec![0.0; 1_000]), |Loaded { checkpoint, .. }| {
        let values = checkpoint.tensors["weights"].values.clone();
        (checkpoint.position.step, checkpoint.position.journal, checkpoint.state, values)
    });
    let (first, position, mut sum, mut weights) = start;
    let (mut journal, _) = JournalFile::open_at(&folder.journal(), position).unwrap();
    for step in first..STEPS {
        let mut stream = Streams::new(7).stream(Purpose::Path, step);
        sum += f64::from(stream.next_u32()) / 3.0;
        weights.iter_mut().for_each(|weight| *weight = *weight * 0.9 + stream.random::<f32>());
        let (loss, accuracy, lr, images_per_s) = (sum, 0.5, 0.1, 100.0);
        journal
            .append(&Event::SupernetStep(SupernetStep {
                step,
                epoch: 0,
                loss,
                accuracy,
                lr,
                images_per_s,
                seconds: None,
            }))
            .unwrap();
        if (step + 1).is_multiple_of(STEPS_A_CHECKPOINT) || step + 1 == STEPS {
            let tensor = HostTensor { shape: vec![weights.len()], values: weights.clone() };
            let tensors = Tensors::from([("weights".to_owned(), tensor)]);
            let position = Position {
                phase: Phase::Supernet,
                step: step + 1,
                epoch: 0,
                journal: journal.sync().unwrap(),
                seconds: 0.0,
            };
            folder.checkpoints().save(position, &tensors, &sum, 2).unwrap();
        }
    }
}
