//! Arguments and settings that cannot be.

use crate::support::{TINY, file, finished, refused, text};

#[test]
fn arguments_that_cannot_be_read_end_with_status_two() {
    let cases: [(&[&str], &[&str]); 19] = [
        (&["serach"], &["'serach'", "'search'"]),
        (&["search", "--presett", "tiny"], &["'--presett'", "'--preset'"]),
        (&["search", "--seed", "first"], &["'first'", "--seed"]),
        (&["search", "--seed", "-1"], &["-1"]),
        (&["search", "--resume", "runs/a", "--seed", "3"], &["--resume", "--seed"]),
        (&["search", "--resume", "runs/a", "--preset", "tiny"], &["--resume", "--preset"]),
        (&["search", "--kernels", "squares"], &["'squares'", "measured, class", "tiles"]),
        (&["generate", "runs/a"], &["--macs"]),
        (&["generate", "--macs", "2M"], &["RUN"]),
        (&["generate", "runs/a", "--grid", "1"], &["--grid"]),
        (
            &["generate", "runs/a", "--macs", "2M", "--decode", "best"],
            &["'best'", "budget, argmax"],
        ),
        (&["evaluate", "runs/a", "--random", "many"], &["'many'", "--random"]),
        (&["evaluate", "runs/a", "--random", "0"], &["'0'", "--random"]),
        (&["evaluate", "runs/a", "--random", "3", "--weights", "w"], &["--weights"]),
        (&["evaluate", "runs/a", "--near", "2M"], &["--random"]),
        (&["evaluate", "runs/a", "--random", "9", "--near", "2X"], &["--near", "`2X`"]),
        (&["evaluate", "runs/a", "--random", "1", "--near", "2M"], &["--random 1", "two networks"]),
        (
            &["evaluate", "runs/a", "--random", "9", "--near", "2M", "--within", "-1%"],
            &["--within", "`-1%`"],
        ),
        (&["train"], &["ARCH"]),
    ];
    for (args, names) in cases {
        refused(2, args, names);
    }
}

#[cfg(feature = "studio")]
#[test]
fn the_studio_without_a_display_says_what_runs_without_one() {
    if !cfg!(target_os = "linux") {
        println!("SKIPPED: this system has a display always");
        return;
    }
    for args in [&[][..], &["studio"]] {
        let mut program = crate::support::command(args);
        let output = program.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("no display") && text.contains("sgnas search"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}

#[test]
fn settings_that_cannot_be_are_named_with_what_is_allowed() {
    let cases: [(&str, &[&str]); 9] = [
        ("supernet.epochs", &["`supernet.epochs`", "key=value"]),
        ("supernet.epoch=3", &["`supernet.epoch`", "did you mean `supernet.epochs`"]),
        ("supernet.epochs=0", &["`supernet.epochs` = 0", "1 to 100,000"]),
        ("supernet.epochs=ten", &["`supernet.epochs`", "ten", "whole number"]),
        ("supernet.lr=nan", &["`supernet.lr`", "nan"]),
        ("supernet.flip=maybe", &["`supernet.flip`", "maybe", "true or false"]),
        ("generator.mask=three", &["`generator.mask`", "three", "two, official"]),
        ("preset=small", &["`preset`", "--preset"]),
        ("space.classes=3", &["`space.classes`"]),
    ];
    for (setting, names) in cases {
        refused(1, &["search", "--set", setting], names);
        let (_folder, arch) = file("arch.json", TINY);
        refused(1, &["train", &arch, "--set", setting], names);
    }
    let warmup = ["search", "--set", "scratch.epochs=3", "--set", "scratch.warmup_epochs=5"];
    refused(1, &warmup, &["`scratch.warmup_epochs` = 5", "scratch.epochs = 3"]);
}

#[test]
fn an_unknown_preset_is_named_with_the_known_ones_by_every_command_that_takes_one() {
    let (_folder, arch) = file("arch.json", TINY);
    let known = "tiny, small, cifar, imagenet";
    refused(1, &["search", "--preset", "huge"], &["huge", known]);
    refused(1, &["train", &arch, "--preset", "huge"], &["huge", known]);
    refused(1, &["info", &arch, "--preset", "huge"], &["huge", known]);
    let weights = ["--weights", "w", "--prior", "p", "--macs", "2M"];
    refused(1, &[&["generate", "--preset", "huge"], &weights[..]].concat(), &["huge", known]);
}

#[test]
fn budgets_that_are_no_counts_or_lie_below_the_space_are_named() {
    for budgets in ["2X", "2M,,3M", "-2M", "1e6", "99999999999999999999"] {
        refused(2, &["search", "--budgets", budgets], &["--budgets"]);
    }
    refused(1, &["search", "--budgets", "0"], &["budgets"]);
    refused(1, &["search", "--budgets", "2M,10k"], &["10000 MACs", "cheapest"]);
    let run = text(&finished().run);
    refused(2, &["generate", &run, "--macs", "2X"], &["--macs", "`2X`"]);
    refused(2, &["generate", &run, "--macs", ""], &["--macs"]);
    refused(2, &["generate", &run, "--params", "-5k"], &["--params", "`-5k`"]);
    refused(1, &["generate", &run, "--macs", "10"], &["10 MACs", "cheapest"]);
    refused(1, &["generate", &run, "--params", "10"], &["10 parameters", "cheapest"]);
    let near = ["evaluate", &run, "--random", "2", "--near", "10"];
    refused(1, &near, &["10 MACs", "cheapest"]);
    // The cheapest of all is one of more than a hundred billion.
    let cheapest = cheapest_macs().to_string();
    let near = ["evaluate", &run, "--random", "2", "--near", &cheapest, "--within", "0"];
    refused(1, &near, &["random architectures", "comes within 0 of", &cheapest]);
    let argmax = ["generate", &run, "--params", "60k", "--decode", "argmax"];
    refused(1, &argmax, &["parameters", "--decode budget"]);
}

/// MACs of the cheapest architecture in the space of the finished run.
fn cheapest_macs() -> u64 {
    let journal = std::fs::read_to_string(finished().run.join("journal.jsonl")).unwrap();
    let start: serde_json::Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    start["space"]["macs"][0].as_u64().unwrap()
}

#[test]
fn an_adapter_that_is_not_there_is_named_and_leaves_no_folder() {
    let home = tempfile::tempdir().unwrap();
    let out = text(&home.path().join("run"));
    for (adapter, name) in [("abacus", "abacus"), ("99", "number 99")] {
        refused(1, &["search", "--out", &out, "--adapter", adapter], &[name, "sgnas devices"]);
    }
    assert!(!home.path().join("run").exists());
    refused(2, &["search", "--adapter", ""], &["--adapter"]);
}
