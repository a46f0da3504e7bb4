//! What the program prints when all is well.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;
use sgnas::nn::tensors;

use crate::common;
use crate::support::{TINY, accepted, command, file, finished, sgnas, short_search, text};

#[test]
fn a_search_prints_its_table_and_leaves_result_report_and_architectures() {
    let run = finished();
    for part in ["budget", "of budget", "random networks", "Kendall tau", "report.html"] {
        assert!(run.output.contains(part), "no `{part}` in: {}", run.output);
    }
    for part in ["supernet begins", "generator took", "evaluation took", "accuracy"] {
        assert!(run.error.contains(part), "no `{part}` in: {}", run.error);
    }
    assert!(!run.error.contains("error"), "{}", run.error);
    let result: Value = json(&fs::read_to_string(run.run.join("result.json")).unwrap());
    assert_eq!(result["generated"].as_array().unwrap().len(), 8);
    assert_eq!(fs::read_dir(run.run.join("architectures")).unwrap().count(), 8);
    assert!(fs::read_to_string(run.run.join("report.html")).unwrap().contains("<svg"));
}

#[test]
fn a_finished_run_answers_budgets_and_measures_what_it_answers() {
    let run = text(&finished().run);
    let result: Value = json(&fs::read_to_string(finished().run.join("result.json")).unwrap());
    let first = &result["generated"][2];
    let budget = first["budget"].to_string();
    let answers = json(&accepted(&["generate", &run, "--macs", &budget, "--json"]));
    assert_eq!(answers[0]["kernels"], first["kernels"]);
    assert_eq!((&answers[0]["budget"], &answers[0]["macs"]), (&first["budget"], &first["macs"]));
    assert!(answers[0]["macs_se"].as_u64() > answers[0]["macs"].as_u64());
    let (_folder, arch) = file("arch.json", first["kernels"].to_string());
    let measured = json(&accepted(&["evaluate", &run, &arch, "--json"]));
    assert_eq!(measured[0]["accuracy"], first["accuracy"]);
    assert_eq!(measured[0]["macs"], first["macs"]);
    let random = json(&accepted(&["evaluate", &run, "--random", "3", "--json"]));
    assert_eq!(random.as_array().unwrap().len(), 3);
    let few = json(&accepted(&["generate", &run, "--params", "30k", "--json"]));
    assert!(few[0]["params"].as_u64().unwrap() <= 30_000, "{few}");
}

#[test]
fn a_network_leaves_with_the_weights_that_it_inherits() {
    let run = text(&finished().run);
    let result: Value = json(&fs::read_to_string(finished().run.join("result.json")).unwrap());
    let first = &result["generated"][0];
    let (folder, arch) = file("arch.json", first["kernels"].to_string());
    let weights = text(&folder.path().join("network.safetensors"));
    let whole = ["evaluate", &run, &arch, "--weights", &weights, "--json"];
    let derived = json(&accepted(&whole));
    // The same but for rounding: of 60 images none changes sides here.
    assert_eq!(derived[0]["accuracy"], first["accuracy"]);
    let tensors = tensors::decode(&fs::read(&weights).unwrap()).unwrap();
    let wide = first["kernels"][0].as_array().unwrap().len();
    let project = &tensors["layer0.pw2.weight"];
    assert_eq!(project.shape[1] % wide, 0, "{:?}", project.shape);
    assert!(tensors.contains_key(&format!("layer0.sub{}.weight", wide - 1)));
    assert!(!tensors.contains_key(&format!("layer0.sub{wide}.weight")));
}

#[test]
fn a_grid_of_budgets_is_answered_from_the_cheapest_network_to_the_dearest_and_measured() {
    let run = text(&finished().run);
    let grid = json(&accepted(&["generate", &run, "--grid", "5", "--evaluate", "--json"]));
    let number = |answer: &Value, key: &str| answer[key].as_u64().unwrap();
    let all = grid.as_array().unwrap();
    let budgets: Vec<u64> = all.iter().map(|answer| number(answer, "budget")).collect();
    let step = (budgets[4] - budgets[0]) / 4;
    assert!(budgets.windows(2).all(|two| (two[1] - two[0]).abs_diff(step) <= 1), "{budgets:?}");
    assert_eq!(number(&all[0], "macs"), budgets[0], "only the cheapest keeps the least budget");
    for answer in all {
        assert!(number(answer, "macs") <= number(answer, "budget"), "{answer}");
    }
    let (_folder, arch) = file("arch.json", all[3]["kernels"].to_string());
    let measured = json(&accepted(&["evaluate", &run, &arch, "--json"]));
    assert_eq!(measured[0]["accuracy"], all[3]["accuracy"]);
    let plain = json(&accepted(&["generate", &run, "--grid", "2", "--json"]));
    assert_eq!(plain[0].get("accuracy"), None);
    assert_eq!(plain[1]["budget"], all[4]["budget"]);
}

#[test]
fn random_networks_near_the_generated_ones_are_compared_with_them() {
    let run = text(&finished().run);
    let result: Value = json(&fs::read_to_string(finished().run.join("result.json")).unwrap());
    let near = ["evaluate", &run, "--random", "3", "--near", "generated"];
    let compared = json(&accepted(&[&near[..], &["--json"]].concat()));
    assert_eq!(compared["metric"], "macs");
    let budgets = compared["budgets"].as_array().unwrap();
    assert_eq!(budgets.len(), 8);
    let number = |value: &Value| value.as_f64().unwrap();
    let mut all = Vec::new();
    for (at, known) in budgets.iter().zip(result["generated"].as_array().unwrap()) {
        for key in ["macs", "accuracy", "kernels"] {
            assert_eq!(at["generated"][key], known[key]);
        }
        assert_eq!(at["budget"], known["budget"]);
        let cost = number(&known["macs"]);
        let random = at["random"].as_array().unwrap();
        assert!(random.iter().all(|r| (number(&r["macs"]) - cost).abs() <= 0.1 * cost + 0.5));
        let accuracies: Vec<f64> = random.iter().map(|r| number(&r["accuracy"])).collect();
        let mean = accuracies.iter().sum::<f64>() / 3.0;
        let comparison = &at["comparison"];
        let [error, difference] =
            [&comparison["random"]["standard_error"], &comparison["difference"]].map(number);
        assert!((number(&known["accuracy"]) - mean - difference).abs() < 1e-9, "{comparison}");
        assert_eq!(comparison["holds"], difference >= error);
        all.extend(accuracies);
    }
    let total = &compared["total"];
    assert_eq!((&total["random"]["n"], all.len()), (&Value::from(24), 24));
    assert!((number(&total["random"]["mean"]) - all.iter().sum::<f64>() / 24.0).abs() < 1e-9);
    assert!(total["holds"].is_boolean());

    let two =
        accepted(&["evaluate", &run, "--random", "2", "--near", "500k,600k", "--within", "5%"]);
    for part in ["500.0 k", "600.0 k", "all", "standard error", "within 5%", "of 2 budgets"] {
        assert!(two.contains(part), "no `{part}` in: {two}");
    }
}

#[test]
fn info_counts_exactly_and_with_squeeze_excite_more() {
    let (_folder, arch) = file("arch.json", TINY);
    let plain = json(&accepted(&["info", &arch, "--preset", "tiny", "--json"]));
    assert_eq!((plain["macs"].as_u64(), plain["params"].as_u64()), (Some(1_772_448), Some(43_266)));
    assert_eq!(plain["layers"].as_array().unwrap().len(), 10);
    let se = json(&accepted(&["info", &arch, "--preset", "tiny", "--se", "--json"]));
    assert!(se["params"].as_u64() > plain["params"].as_u64());
    let text = accepted(&["info", &arch, "--preset", "tiny"]);
    assert!(text.contains("total: 1,772,448 MACs (1.77 M), 43,266 parameters"), "{text}");
}

#[test]
fn every_adapter_passes_the_self_test() {
    let adapters = json(&accepted(&["devices", "--json"]));
    for adapter in adapters.as_array().unwrap() {
        assert_eq!(adapter["self_test"]["passed"], true, "{adapter}");
    }
    assert!(accepted(&["devices"]).contains("numeric self-test passed"));
}

#[test]
fn help_and_the_list_of_settings_are_no_errors() {
    for args in [&["--help"][..], &["search", "--help"], &["--version"]] {
        assert!(!accepted(args).is_empty());
    }
    assert!(accepted(&["search", "--help-config"]).contains("supernet.epochs"));
}

#[test]
fn a_report_can_be_written_elsewhere() {
    let home = tempfile::tempdir().unwrap();
    let out = text(&home.path().join("r.html"));
    assert!(accepted(&["report", &text(&finished().run), "--out", &out]).contains("r.html"));
    assert!(fs::read_to_string(&out).unwrap().contains("<svg"));
    let written = json(&accepted(&["report", &text(&finished().run), "--out", &out, "--json"]));
    assert_eq!(written["report"], out);
}

#[test]
fn a_budget_above_the_space_gets_the_dearest_network_and_a_word_about_it() {
    let run = text(&finished().run);
    let output = sgnas(&["generate", &run, "--macs", "500k,1G", "--json"]);
    let word = String::from_utf8(output.stderr).unwrap();
    assert!(word.contains("1,000,000,000 limits nothing"), "{word}");
    assert_eq!(word.lines().count(), 1, "{word}");
    let answers = json(&String::from_utf8(output.stdout).unwrap());
    assert!(answers[1]["macs"].as_u64() > answers[0]["macs"].as_u64(), "{answers}");
}

#[test]
fn events_as_json_are_the_journals_lines() {
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    let mut args = short_search(&finished().data, &run);
    args.push("--json".to_owned());
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let lines = accepted(&args);
    assert_eq!(lines, fs::read_to_string(run.join("journal.jsonl")).unwrap());
    assert!(lines.lines().all(|line| json(line)["version"] == 1));
}

#[test]
fn training_from_scratch_learns_and_ends_the_same_after_a_stop() {
    let home = tempfile::tempdir().unwrap();
    let (_folder, arch) = file("arch.json", TINY);
    let train = |name: &str| {
        let out = text(&home.path().join(name));
        let set = ["scratch.epochs=6", "scratch.batch=12", "scratch.lr=0.05", "scratch.ema=0.9"]
            .into_iter()
            .chain(["scratch.dropout=0.2", "scratch.warmup_epochs=1"]);
        let set = set.flat_map(|setting| ["--set".to_owned(), setting.to_owned()]);
        let data = text(&finished().data);
        let mut args =
            ["train", &arch, "--data", &data, "--out", &out, "--json"].map(String::from).to_vec();
        args.extend(set);
        args
    };
    let calm = train("calm");
    let output = accepted(&calm.iter().map(String::as_str).collect::<Vec<_>>());
    let last = json(output.lines().last().unwrap());
    assert!(last["accuracy"].as_f64().unwrap() > 0.6, "{last}");

    let mut child =
        command(&train("torn")).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let epoch = lines.map(Result::unwrap).find(|line| line.contains("\"scratch_epoch\""));
    assert!(epoch.is_some());
    // What it prints now finds no reader any more: then it saves and ends.
    assert_eq!(child.wait().unwrap().code(), Some(141));
    accepted(&["train", "--resume", &text(&home.path().join("torn")), "--json"]);
    let weights =
        |name: &str| fs::read(home.path().join(name).join("weights.safetensors")).unwrap();
    assert!(weights("calm") == weights("torn"), "the weights differ");
}

#[test]
#[cfg(unix)]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    let data = home.path().join("data");
    common::small_images(&data, 240);
    let mut args = short_search(&data, &run);
    args.extend(["--set", "supernet.epochs=500"].map(String::from));
    let mut child = command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("epoch 1:")));
    interrupt(&child);
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    let how = format!("sgnas search --resume {}", run.display());
    assert!(rest.last().unwrap().contains(&how), "{rest:?}");
    assert!(fs::read_dir(run.join("checkpoints")).unwrap().count() > 0);
}

/// What Ctrl-C sends.
#[cfg(unix)]
fn interrupt(child: &std::process::Child) {
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
