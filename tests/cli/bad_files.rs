//! Architectures, weights and priors that cannot be used.

use sgnas::nn::{HostTensor, Tensors, tensors};

use crate::support::{TINY, file, finished, refused, text};

/// An architecture's file, refused by every command that reads one.
#[track_caller]
fn bad_architecture(content: impl AsRef<[u8]>, names: &[&str]) {
    let (folder, path) = file("arch.json", content);
    let names: Vec<&str> = [&["arch.json"], names].concat();
    refused(1, &["info", &path, "--preset", "tiny"], &names);
    refused(1, &["train", &path, "--out", &text(&folder.path().join("run"))], &names);
    refused(1, &["evaluate", &text(&finished().run), &path], &names);
}

#[test]
fn architectures_that_cannot_be_are_named_with_file_and_layer() {
    bad_architecture("[[3,5],[7,4],[3],[3],[3],[3]]", &["layer 1", "[7, 4]", "3, 5 and 7"]);
    bad_architecture("[[3,3,3,3,3,3,3]]", &["layer 0", "1 to 6 kernels"]);
    bad_architecture("[[3,5],[],[3],[3],[3],[3]]", &["layer 1", "[]"]);
    bad_architecture("[[3,5],[7,3]]", &["2 layers", "has 6"]);
    bad_architecture("[]", &["0 layers"]);
    bad_architecture("[[NaN,5]]", &["cannot be read"]);
    bad_architecture("[[3.5]]", &["cannot be read", "3.5"]);
    bad_architecture("[[-3]]", &["cannot be read"]);
    bad_architecture("[[300]]", &["cannot be read", "300"]);
    bad_architecture("{\"kernels\": 3}", &["cannot be read"]);
    bad_architecture("", &["cannot be read"]);
    bad_architecture([0xFF, 0xFE, 0x00], &["UTF-8"]);
    bad_architecture(vec![b'['; 5 << 20], &["larger than"]);
    bad_architecture("[".repeat(200_000), &["cannot be read"]);
}

#[test]
fn a_network_that_cannot_inherit_or_be_written_is_refused() {
    let run = text(&finished().run);
    let (folder, arch) = file("arch.json", "[[3,5],[7],[3,3],[3,3],[3,3],[3,3]]");
    let weights = text(&folder.path().join("w.safetensors"));
    let evaluate = ["evaluate", &run, &arch, "--weights", &weights];
    refused(1, &evaluate, &["one sub-block", "sgnas train"]);
    assert!(!folder.path().join("w.safetensors").exists());
    let (_folder, arch) = file("arch.json", "[[3,5],[7,3],[3,3],[3,3],[3,3],[3,3]]");
    let evaluate = ["evaluate", &run, &arch, "--weights", "nowhere/w.safetensors"];
    refused(1, &evaluate, &["nowhere/w.safetensors: cannot write"]);
}

#[test]
fn files_that_are_not_there_are_named() {
    let nowhere = ["info", "nowhere/arch.json", "--preset", "tiny"];
    refused(1, &nowhere, &["nowhere/arch.json: cannot read"]);
    let home = tempfile::tempdir().unwrap();
    refused(1, &["info", &text(home.path()), "--preset", "tiny"], &[&text(home.path())]);
    refused(1, &["train", "nowhere.json"], &["nowhere.json"]);
    let run = text(&finished().run);
    refused(1, &["evaluate", &run, "nowhere.json"], &["nowhere.json"]);
    let (_folder, prior) = file("prior.json", prior_pool(6));
    let weights = ["generate", "--preset", "tiny", "--macs", "2M", "--weights", "w.safetensors"];
    refused(1, &[&weights[..], &["--prior", &prior]].concat(), &["w.safetensors: cannot read"]);
    refused(1, &[&weights[..], &["--prior", "p.json"]].concat(), &["p.json: cannot read"]);
}

/// A prior pool of so many layers.
fn prior_pool(layers: usize) -> String {
    let row = [1, 0, 0, 0].repeat(6);
    serde_json::json!({ "2": vec![row; layers] }).to_string()
}

#[track_caller]
fn bad_prior(content: impl AsRef<[u8]>, names: &[&str]) {
    let (_folder, path) = file("prior.json", content);
    let args = ["generate", "--preset", "tiny", "--macs", "2M", "--weights", "w", "--prior", &path];
    refused(1, &args, &[&["prior.json"], names].concat());
}

#[test]
fn priors_that_cannot_be_are_named_with_the_reason() {
    bad_prior("no json", &["expected"]);
    bad_prior("[1,2]", &["expected a map"]);
    bad_prior("{}", &["no prior"]);
    bad_prior("{\"many\": []}", &["'many'"]);
    bad_prior("{\"2\": [[1, 2]]}", &["2 values"]);
    bad_prior("{\"2\": [[NaN]]}", &["expected"]);
    bad_prior(prior_pool(5), &["5 layers", "has 6"]);
    bad_prior([0xFF, 0xFE], &["UTF-8"]);
}

/// Names and shapes of a generator with ten constraint channels.
fn generator() -> Tensors {
    let head = ["constraint_head.conv2", "constraint_head.conv3", "prior_head.conv2"];
    let trunk = ["trunk.conv1", "trunk.conv2", "trunk.conv3", "trunk.conv4"];
    let square = head.iter().chain(&trunk).map(|name| (*name, vec![32, 32, 3, 3]));
    let ends = [
        ("constraint_head.conv1", vec![32, 10, 3, 3]),
        ("prior_head.conv1", vec![32, 1, 3, 3]),
        ("tail", vec![1, 32, 3, 3]),
    ];
    let tensor = |shape: Vec<usize>| {
        let values = vec![0.01; shape.iter().product()];
        HostTensor { shape, values }
    };
    let weights =
        ends.into_iter().chain(square).map(|(n, s)| (format!("generator.{n}.weight"), tensor(s)));
    weights.chain([("generator.tail.bias".to_owned(), tensor(vec![1]))]).collect()
}

#[track_caller]
fn generate_with(weights: &[u8], names: Option<&[&str]>) {
    let (_weights_folder, weights) = file("w.safetensors", weights);
    let (_prior_folder, prior) = file("prior.json", prior_pool(6));
    let args = ["generate", "--preset", "tiny", "--macs", "2M"];
    let args = [&args[..], &["--weights", &weights, "--prior", &prior]].concat();
    match names {
        Some(names) => {
            refused(1, &args, &[&["w.safetensors"], names].concat());
        }
        None => {
            crate::support::accepted(&args);
        }
    }
}

#[test]
fn weights_that_cannot_be_are_named_with_file_and_tensor() {
    let changed = |change: &dyn Fn(&mut Tensors)| {
        let mut all = generator();
        change(&mut all);
        tensors::encode(&all).unwrap()
    };
    let name = "generator.trunk.conv2.weight";
    let whole = changed(&|_| {});
    generate_with(&whole, None);
    generate_with(b"no safetensors at all", Some(&["not a safetensors file"]));
    generate_with(b"", Some(&["not a safetensors file"]));
    generate_with(&whole[..whole.len() / 2], Some(&["not a safetensors file"]));
    generate_with(&changed(&|all| drop(all.remove(name))), Some(&[name]));
    let nan = changed(&|all| all.get_mut(name).unwrap().values[7] = f32::NAN);
    generate_with(&nan, Some(&[name, "not finite"]));
    let narrow = changed(&|all| {
        let other = all["generator.prior_head.conv1.weight"].clone();
        all.insert(name.to_owned(), other);
    });
    generate_with(&narrow, Some(&[name, "[32, 1, 3, 3]", "[32, 32, 3, 3]"]));
    let mut half = whole.clone();
    let header = String::from_utf8_lossy(&half[8..200]).into_owned();
    let place = 8 + header.find("\"F32\"").unwrap();
    half[place..place + 5].copy_from_slice(b"\"I32\"");
    generate_with(&half, Some(&["I32"]));
    let mut endless = whole;
    endless[..8].fill(0xFF);
    generate_with(&endless, Some(&["not a safetensors file"]));
}

#[test]
fn the_tiny_architecture_of_these_tests_is_a_good_one() {
    let (_folder, path) = file("arch.json", TINY);
    crate::support::accepted(&["info", &path, "--preset", "tiny"]);
}
