//! The configuration from outside: presets, overlays, and every kind of mistake with its one line.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sgnas::protocol::config::{Config, Range, Targets};
use sgnas::protocol::quantity::Amount;
use sgnas::space::{Metric, PRESETS, Space};

/// A text that is refused, and the parts of its message.
const BAD: &[(&str, &[&str])] = &[
    (
        "[supernet]\nepoch = 3",
        &["unknown setting `supernet.epoch`", "did you mean `supernet.epochs`?"],
    ),
    ("sed = 3", &["unknown setting `sed`", "did you mean `seed`?"]),
    ("lambda = 3", &["unknown setting `lambda`", "did you mean `generator.lambda`?"]),
    ("[sugar]\nsweet = true", &["unknown setting `sugar`", "--help-config"]),
    ("[sugar]", &["unknown setting `sugar`"]),
    (
        "[supernet]\nlr = \"fast\"",
        &["`supernet.lr` = \"fast\"", "expected a number", "above 0, at most 10"],
    ),
    ("[supernet]\nlr = 0", &["`supernet.lr` = 0", "allowed: above 0, at most 10"]),
    ("[supernet]\nlr = nan", &["`supernet.lr` = nan", "allowed: above 0, at most 10"]),
    ("[supernet]\nlr = inf", &["`supernet.lr` = inf", "allowed"]),
    ("[supernet]\nepochs = -1", &["`supernet.epochs` = -1", "allowed: 1 to 100,000"]),
    ("[supernet]\nepochs = 2.5", &["`supernet.epochs` = 2.5", "expected a whole number"]),
    ("[supernet]\nflip = 1", &["`supernet.flip` = 1", "expected true or false"]),
    ("[supernet]\nmomentum = 1.0", &["`supernet.momentum` = 1.0", "at least 0, below 1"]),
    ("[generator]\nhardware_loss = \"cubic\"", &["\"cubic\"", "allowed: asymmetric, square"]),
    (
        "[generator]\ntarget_step = \"110%\"",
        &["`generator.target_step` = \"110%\"", "expected a count"],
    ),
    ("budgets = \"2M,3x\"", &["`budgets` = \"2M,3x\"", "expected counts such as"]),
    ("budgets = \"0\"", &["`budgets` = \"0\"", "allowed: 1 to"]),
    ("budgets = [1, -2]", &["`budgets` = [1, -2]", "allowed: 1 to"]),
    ("preset = \"tinny\"", &["unknown preset `tinny`", "tiny, small, cifar, imagenet"]),
    ("preset = 3", &["`preset` = 3", "expected a text"]),
    ("seed = 99999999999999999999", &["line 1", "not valid TOML"]),
    ("seed = 1\n[supernet\n", &["line 2", "not valid TOML"]),
    ("seed = 1\nseed = 2", &["line 2", "duplicate"]),
    ("supernet = 4", &["unknown setting `supernet`"]),
    ("[supernet.lr]\nx = 1", &["`supernet.lr`", "expected a number"]),
    ("[space]\nclasses = 10", &["[space]: missing field"]),
    ("space = 3", &["[space]: 3: expected a table"]),
    ("[scratch]\nbicubic = true", &["`scratch.bicubic` = true", "scratch.min_area"]),
    ("[scratch]\njitter = 0.4", &["`scratch.jitter` = 0.4", "scratch.min_area"]),
    ("[scratch]\nwarmup_epochs = 900.0", &["`scratch.warmup_epochs` = 900", "scratch.epochs = 15"]),
    ("data = \"a\\nb\"", &["`data`", "control characters"]),
];

#[test]
fn every_bad_configuration_is_refused_in_one_line_that_names_the_setting() {
    for (text, parts) in BAD {
        let message = Config::from_toml(text).unwrap_err().to_string();
        for part in *parts {
            assert!(message.contains(part), "{text:?}: {message}");
        }
        assert!(!message.contains('\n') && message.len() < 250, "{text:?}: {message}");
    }
}

#[test]
fn every_preset_is_valid_and_survives_toml_and_json() {
    for (name, _) in PRESETS {
        let config = Config::preset(name).unwrap();
        config.validate().unwrap();
        assert_eq!(config.general.preset, *name);
        assert_eq!(config.space().unwrap(), Space::preset(name).unwrap());
        let text = config.to_toml();
        assert_eq!(Config::from_toml(&text).unwrap(), config, "{text}");
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config);
    }
}

#[test]
fn a_configuration_overlays_the_preset_that_it_names() {
    let config = Config::from_toml("preset = \"imagenet\"\n[supernet]\nlr = 1").unwrap();
    assert_eq!(config.supernet.lr, 1.0);
    assert_eq!(config.generator.target_step, Amount::Count(5_000_000));
    assert_eq!(Config::from_toml("").unwrap(), Config::preset("tiny").unwrap());
}

#[test]
fn values_are_set_from_the_command_line() {
    let mut config = Config::preset("tiny").unwrap();
    for (assignment, shown) in [
        ("supernet.lr=0.05", "0.05"),
        ("supernet.lr = 1", "1.0"),
        ("supernet.forced_sampling=false", "false"),
        ("generator.mask=official", "\"official\""),
        ("generator.target_step=50k", "\"50k\""),
        ("generator.target_step=5%", "\"5%\""),
        ("budgets=2M,2.5M", "\"2M,2.5M\""),
        ("budgets=350k", "\"350k\""),
        ("budgets=2000000", "\"2M\""),
        ("data=2024-01-01", "\"2024-01-01\""),
        ("data=images=new", "\"images=new\""),
        ("constraint=params", "\"params\""),
        ("preset=tiny", "\"tiny\""),
    ] {
        config.assign(assignment).unwrap();
        let key = assignment.split_once('=').unwrap().0.trim();
        assert_eq!(config.get(key).unwrap().to_string(), shown, "{assignment}");
    }
    assert_eq!(config.general.budgets, [2_000_000]);
    assert_eq!(config.general.constraint, Metric::Params);
}

#[test]
fn a_refused_value_leaves_the_configuration_as_it_was() {
    let mut config = Config::preset("tiny").unwrap();
    let before = config.clone();
    for assignment in [
        "supernet.lr=-1",
        "supernet.lr=fast",
        "supernet.lrr=1",
        "seed",
        "preset=small",
        "supernet.lr=1\nx=2",
        "=",
        "",
    ] {
        let message = config.assign(assignment).unwrap_err().to_string();
        assert!(!message.contains('\n'), "{message}");
        assert_eq!(config, before, "{assignment}");
    }
}

#[test]
fn a_run_under_way_changes_live_settings_only() {
    let mut config = Config::preset("tiny").unwrap();
    config.set_live("checkpoint.every_seconds", "5").unwrap();
    assert_eq!(config.checkpoint.every_seconds, 5.0);
    let message = config.set_live("supernet.lr", "0.5").unwrap_err().to_string();
    assert!(message.contains("`supernet.lr` cannot change during a run"), "{message}");
}

#[test]
fn values_set_by_code_are_validated_too() {
    let mut config = Config::preset("tiny").unwrap();
    config.generator.lr = f64::NAN;
    let message = config.validate().unwrap_err().to_string();
    assert!(message.contains("`generator.lr` = nan"), "{message}");
}

#[test]
fn every_setting_has_help_in_one_line_and_a_default_in_its_range() {
    let mut seen = std::collections::BTreeSet::new();
    for field in Config::fields() {
        let key = field.key();
        assert!(seen.insert(key.clone()), "{key} is there twice");
        assert!(field.help.len() > 10 && field.help.len() <= 110, "{key}: {}", field.help);
        assert!(!field.help.contains('\n'), "{key}");
        let mut config = Config::preset("imagenet").unwrap();
        let default = (field.default)();
        let text = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        if key != "preset" {
            config.set(&key, &text).unwrap();
            assert_eq!(config.get(&key), Some(default), "{key}");
        }
        if let Range::OneOf(words) = field.range {
            for word in words {
                config.set(&key, word).unwrap();
                assert_eq!(config.get(&key).unwrap().as_str(), Some(*word));
            }
        }
        let line = format!("{key} = ");
        assert!(Config::help().lines().any(|l| l.starts_with(&line)), "{key} is not in the help");
    }
}

#[test]
fn the_defaults_of_the_hardware_loss_are_the_authors_on_the_range_of_imagenet() {
    let generator = Config::preset("imagenet").unwrap().generator;
    assert!((generator.lambda - 3e-4 * 180_f64.powi(2)).abs() < 1e-9);
    assert!((generator.dead_zone * 180.0 - 0.1).abs() < 1e-12);
}

#[test]
fn targets_fill_the_constraint_range_of_the_space() {
    let mut config = Config::preset("tiny").unwrap();
    let space = config.space().unwrap();
    config.assign("generator.target_step=10%").unwrap();
    let targets = config.targets(&space);
    assert_eq!(targets, Targets { low: 1_400_000, high: 3_600_000, step: 220_000 });
    let budgets = config.budgets(targets);
    assert_eq!((budgets.len(), budgets[0], budgets[7]), (8, 1_400_000, 3_600_000));
    assert_eq!(targets.spread(3), [1_400_000, 2_500_000, 3_600_000]);
    assert_eq!(targets.spread(1), [2_500_000]);
    config.assign("budgets=1.5M").unwrap();
    assert_eq!(config.budgets(targets), [1_500_000]);

    config.assign("constraint=params").unwrap();
    let params = config.targets(&space);
    let (smallest, largest) = space.cost_range();
    assert!(smallest.params < params.low && params.high < largest.params, "{params:?}");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = Config::from_toml(&text);
        let _ = Config::preset("tiny").unwrap().assign(&text);
    }

    #[test]
    fn any_learning_rate_in_range_survives_toml_exactly(lr in 1e-9..10.0) {
        let mut config = Config::preset("tiny").unwrap();
        config.supernet.lr = lr;
        prop_assert_eq!(Config::from_toml(&config.to_toml()).unwrap(), config.clone());
        let json = serde_json::to_string(&config).unwrap();
        prop_assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config);
    }
}
