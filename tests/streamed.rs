//! Runs on images that stay files: the same bits as from memory, whatever the number of threads
//! and however often they are stopped, and an error that names a file that cannot be read.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use image::{Rgb, RgbImage};
use sgnas::gpu::AdapterChoice;
use sgnas::nn::Tensors;
use sgnas::protocol::command::Command;
use sgnas::protocol::config::Config;
use sgnas::protocol::event::Event;
use sgnas::run::RunError;
use sgnas::run::folder::RunFolder;
use sgnas::run::link;
use sgnas::run::search::{Job, Outcome, search};
use sgnas::run::train::{TrainJob, train};
use sgnas::space::Architecture;

const FEW_STEPS: [&str; 12] = [
    "images.size=12",
    "supernet.epochs=4",
    "supernet.batch=16",
    "supernet.crop_pad=2",
    "supernet.flip=true",
    "generator.epochs=2",
    "generator.steps=4",
    "generator.batch=8",
    "evaluate.random=1",
    "evaluate.recalibration=2",
    "evaluate.batch=16",
    "checkpoint.keep=2",
];

/// 48 training and 12 test images of three classes, bright at different heights; PNG and JPEG by
/// turns where sizes are mixed.
fn pictures(root: &Path, mixed: bool) {
    for (split, count) in [("train", 48), ("test", 12)] {
        for i in 0..count {
            let class = i % 3;
            let folder = root.join(split).join(["low", "middle", "top"][class as usize]);
            fs::create_dir_all(&folder).unwrap();
            let (width, height) = if mixed { (12 + i % 9, 15 + i % 7) } else { (12, 12) };
            let picture = RgbImage::from_fn(width, height, |x, y| {
                let noise = ((i * 31 + x * 17 + y * 57).wrapping_mul(2_654_435_761) >> 26) as u8;
                let bright = if y * 3 / height == class { 150 } else { 20 };
                Rgb([bright + noise, bright, noise])
            });
            let ending = if mixed && i % 2 == 1 { "jpg" } else { "png" };
            picture.save(folder.join(format!("{i:02}.{ending}"))).unwrap();
        }
    }
}

fn config(data: &Path, settings: &[&str]) -> Box<Config> {
    let mut config = Config::preset("tiny").unwrap();
    config.set("data", &data.display().to_string()).unwrap();
    FEW_STEPS.iter().chain(settings).for_each(|s| config.assign(s).unwrap());
    Box::new(config)
}

/// Runs a search; stops it at the event that `stop` names.
fn run(job: Job, stop: impl Fn(&Event) -> bool) -> Result<Outcome, RunError> {
    let handle =
        link::start(async move |link| search(job, &AdapterChoice::Best, false, link).await)
            .unwrap();
    while let Ok(record) = handle.events.recv_blocking() {
        if stop(&record.event) {
            handle.commands.send_blocking(Command::Stop).unwrap();
        }
        assert!(!matches!(record.event, Event::Warning { .. }), "{:?}", record.event);
    }
    handle.join()
}

fn tensors(root: &Path) -> Tensors {
    let folder = RunFolder::open(root).unwrap();
    folder.checkpoints().load::<serde_json::Value>().unwrap().unwrap().checkpoint.tensors
}

#[test]
fn without_crops_a_streamed_search_ends_as_one_from_memory() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    pictures(&data, false);
    let search = |name: &str, settings: &[&str]| {
        let out = home.path().join(name);
        let job = Job::New { config: config(&data, settings), out: out.clone() };
        let result = run(job, |_| false).unwrap().result.unwrap();
        (result.generated, result.random, tensors(&out))
    };
    let resident = search("resident", &[]);
    let streamed = search("streamed", &["images.resident_mib=0", "images.threads=3"]);
    assert_eq!((&streamed.0, &streamed.1), (&resident.0, &resident.1));
    assert!(streamed.2 == resident.2, "final tensors differ");
}

#[test]
fn crops_depend_neither_on_the_number_of_threads_nor_on_stops() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    pictures(&data, true);
    let out = |name: &str| home.path().join(name);
    let search = |name: &str, settings: &[&str], stop: &dyn Fn(&Event) -> bool| {
        let job = Job::New { config: config(&data, settings), out: out(name) };
        run(job, stop).unwrap().result
    };
    let calm = search("calm", &["supernet.min_area=0.3", "images.threads=1"], &|_| false);
    let settings = ["supernet.min_area=0.3", "images.threads=3"];
    let torn = search("torn", &settings, &|e| matches!(e, Event::SupernetEpoch(s) if s.epoch == 1));
    assert!(torn.is_none(), "it was not stopped");
    let resume = || Job::Resume { folder: out("torn") };
    let torn = run(resume(), |e| matches!(e, Event::GeneratorEpoch(_))).unwrap().result;
    assert!(torn.is_none(), "it was not stopped");
    let torn = run(resume(), |_| false).unwrap().result.unwrap();
    assert_eq!(torn.generated, calm.unwrap().generated);
    assert!(tensors(&out("torn")) == tensors(&out("calm")), "final tensors differ");
    search("plain", &["images.resident_mib=0"], &|_| false);
    assert!(tensors(&out("plain")) != tensors(&out("calm")), "crops change nothing");
}

#[test]
fn a_training_from_scratch_takes_crops_and_can_be_resumed() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    pictures(&data, true);
    let train = |job, stop: bool| {
        let handle =
            link::start(async move |link| train(job, &AdapterChoice::Best, link).await).unwrap();
        while let Ok(record) = handle.events.recv_blocking() {
            if stop && matches!(record.event, Event::ScratchEpoch(_)) {
                let _ = handle.commands.send_blocking(Command::Stop);
            }
        }
        handle.join().unwrap().accuracy
    };
    let new = |name: &str, settings: &[&str]| {
        let settings = [&["scratch.epochs=6", "scratch.batch=16"], settings].concat();
        TrainJob::New {
            config: config(&data, &settings),
            architecture: Architecture::uniform(6, &[3, 5]).unwrap(),
            out: home.path().join(name),
        }
    };
    let crops = ["scratch.min_area=0.3", "scratch.bicubic=true", "scratch.jitter=0.4"];
    let calm = train(new("calm", &crops), false);
    let torn = [&crops[..], &["images.threads=2"]].concat();
    assert_eq!(train(new("torn", &torn), true), None);
    let torn = train(TrainJob::Resume { folder: home.path().join("torn") }, false);
    assert_eq!(torn, calm);
    train(new("plain", &[]), false);
    let [calm, torn, plain] =
        ["calm", "torn", "plain"].map(|name| tensors(&home.path().join(name)));
    assert!(calm == torn, "final tensors differ");
    assert!(calm != plain, "crops change nothing");
}

#[test]
fn fixed_size_images_are_cropped_from_memory() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    common::small_images(&data, 60);
    let search = |name: &str, settings: &[&str]| {
        let out = home.path().join(name);
        run(Job::New { config: config(&data, settings), out: out.clone() }, |_| false).unwrap();
        tensors(&out)
    };
    let crops = "supernet.min_area=0.3";
    let one = search("one", &[crops, "images.threads=1"]);
    assert!(search("three", &[crops, "images.threads=3"]) == one, "final tensors differ");
    assert!(search("plain", &[]) != one, "crops change nothing");
}

#[test]
fn a_damaged_image_that_a_run_meets_ends_it_with_the_name_of_the_file() {
    let home = tempfile::tempdir().unwrap();
    let (data, out) = (home.path().join("data"), home.path().join("run"));
    pictures(&data, true);
    // The last of its class, so none of the weight part: it is met at the end of the first epoch.
    let file = data.join("train/top/47.jpg");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let config = config(&data, &["images.resident_mib=0"]);
    let error = run(Job::New { config, out: out.clone() }, |_| false).unwrap_err().to_string();
    assert!(error.contains("47.jpg") && error.contains("truncated"), "{error}");
    let journal = fs::read_to_string(out.join("journal.jsonl")).unwrap();
    assert!(journal.contains("47.jpg"), "{journal}");
    // Mended, the run goes on.
    fs::write(&file, bytes).unwrap();
    assert!(run(Job::Resume { folder: out }, |_| false).unwrap().result.is_some());
}
