//! Run folders that cannot be used, and output that cannot be written.

use std::fs;
use std::path::Path;

use sgnas::protocol::Config;
use sgnas::run::folder::OwnedRunFolder;

use crate::support::{TINY, file, finished, refused, text};

#[test]
fn a_folder_without_a_run_is_named_by_every_command_that_takes_one() {
    let home = tempfile::tempdir().unwrap();
    let (_folder, arch) = file("arch.json", TINY);
    for path in [home.path().to_owned(), home.path().join("nowhere")] {
        let path = text(&path);
        for args in [
            &["search", "--resume", &path][..],
            &["train", "--resume", &path],
            &["generate", &path, "--macs", "2M"],
            &["evaluate", &path, &arch],
            &["evaluate", &path, "--random", "2"],
            &["evaluate", &path, "--random", "2", "--near", "generated"],
            &["report", &path],
        ] {
            refused(1, args, &[&path, "holds no run"]);
        }
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_new_run_takes_no_folder_that_holds_anything() {
    let run = text(&finished().run);
    let data = text(&finished().data);
    refused(1, &["search", "--data", &data, "--out", &run], &[&run, "--resume"]);
    let (folder, _) = file("thesis.txt", "all of it");
    let folder = text(folder.path());
    refused(1, &["search", "--data", &data, "--out", &folder], &[&folder, "not empty"]);
}

#[test]
fn output_that_cannot_be_written_is_named() {
    let (_folder, path) = file("occupied", "");
    let inside = format!("{path}/run");
    let data = text(&finished().data);
    refused(1, &["search", "--data", &data, "--out", &inside], &[&inside, "cannot create"]);
    let report = ["report", &text(&finished().run), "--out", &format!("{path}/report.html")];
    refused(1, &report, &["report.html", "cannot write"]);
}

#[test]
fn a_run_that_has_learnt_nothing_yet_says_how_to_go_on() {
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    drop(OwnedRunFolder::create(&run, &Config::preset("tiny").unwrap()).unwrap());
    let run = text(&run);
    let how = format!("sgnas search --resume {run}");
    refused(1, &["generate", &run, "--macs", "2M"], &["no trained", &how]);
    refused(1, &["evaluate", &run, "--random", "1"], &["no trained", &how]);
}

#[test]
fn a_folder_of_the_other_command_names_that_command() {
    let run = text(&finished().run);
    refused(1, &["train", "--resume", &run], &["a search", "sgnas search --resume"]);
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    let owned = OwnedRunFolder::create(&run, &Config::preset("tiny").unwrap()).unwrap();
    owned.write_scratch(&sgnas::space::Architecture::from_json(TINY).unwrap()).unwrap();
    drop(owned);
    let resume = ["search", "--resume", &text(&run)];
    refused(1, &resume, &["from scratch", "sgnas train --resume"]);
}

#[test]
fn a_run_that_another_process_works_on_is_left_alone() {
    let copy = finished().copy();
    let run = copy.path().join("run");
    let _owned = OwnedRunFolder::open(&run).unwrap();
    let holder = format!("process {}", std::process::id());
    refused(1, &["search", "--resume", &text(&run)], &[&text(&run), "in use by", &holder]);
}

/// A finished run with one file changed, refused by these arguments before the folder.
#[track_caller]
fn damaged(args: &[&str], path: &str, change: impl Fn(&Path), names: &[&str]) {
    let copy = finished().copy();
    let run = copy.path().join("run");
    change(&run.join(path));
    let run = text(&run);
    let args: Vec<&str> = args.iter().map(|arg| if *arg == "RUN" { &run } else { *arg }).collect();
    refused(1, &args, names);
}

#[test]
fn damaged_files_of_a_run_are_named_with_what_is_wrong() {
    let write = |content: &'static str| move |path: &Path| fs::write(path, content).unwrap();
    let resume = ["search", "--resume", "RUN"];
    let generate = ["generate", "RUN", "--macs", "500k"];
    let evaluate = ["evaluate", "RUN", "--random", "1"];
    for args in [&resume[..], &generate, &evaluate] {
        damaged(args, "config.toml", write("preset = \"tiny"), &["config.toml", "line 1"]);
        damaged(
            args,
            "config.toml",
            write("[supernet]\nlr = -1\n"),
            &["config.toml", "supernet.lr"],
        );
        let zero = |path: &Path| {
            for checkpoint in fs::read_dir(path).unwrap() {
                let tensors = checkpoint.unwrap().path().join("tensors.safetensors");
                fs::write(tensors, [0; 100]).unwrap();
            }
        };
        damaged(args, "checkpoints", zero, &["no checkpoint can be loaded", "checksum"]);
    }
    let early = |path: &Path| {
        let whole = fs::read_to_string(path).unwrap();
        fs::write(path, format!("{{oops}}\n{whole}")).unwrap();
    };
    damaged(&["report", "RUN"], "journal.jsonl", early, &["journal.jsonl", "line 1"]);
    damaged(&generate, "journal.jsonl", early, &["journal.jsonl", "line 1"]);
    damaged(&resume, "journal.jsonl", write(""), &["journal.jsonl", "was cut or replaced"]);
    let newer = write("{\"version\": 99, \"time\": 0, \"event\": \"danced\"}\n");
    damaged(&["report", "RUN"], "journal.jsonl", newer, &["version 99", "newer"]);
}

#[test]
fn images_that_have_moved_since_are_named() {
    let copy = finished().copy();
    let run = copy.path().join("run");
    let path = run.join("config.toml");
    let config = fs::read_to_string(&path).unwrap();
    let moved = config.replace(&text(&finished().data), "/nowhere/images");
    assert_ne!(config, moved);
    fs::write(&path, moved).unwrap();
    refused(1, &["evaluate", &text(&run), "--random", "1"], &["/nowhere/images"]);
    refused(1, &["search", "--resume", &text(&run)], &["/nowhere/images"]);
}
