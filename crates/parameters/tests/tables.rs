//! The tables that ship: their effect, written out per version, and their files.

use expect_test::expect_file;
use std::fs;
use std::path::Path;
use torr_parameters::{
    Difference, LATEST_VERSION, Parameters, ParametersError, RuntimeConfig, SUPPORTED_VERSIONS,
    Table,
};

/// A review of a change to the data sees its effect on every version here. Rewritten with
/// `UPDATE_EXPECT=1`.
#[test]
fn resolved_tables_are_as_written_out() {
    for version in SUPPORTED_VERSIONS {
        let table = Table::builtin(*version).expect("the table loads");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{version}.txt"));
        expect_file![path].assert_eq(&table.to_text());
    }
}

#[test]
fn versions_are_the_files_that_there_are() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut files: Vec<String> = fs::read_dir(data)
        .expect("there is a directory of data files")
        .map(|file| file.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort_unstable();
    let listed: Vec<String> =
        SUPPORTED_VERSIONS.iter().map(|version| format!("{version}.yaml")).collect();
    assert_eq!(files, listed);
    assert_eq!(SUPPORTED_VERSIONS.last(), Some(&LATEST_VERSION));
}

#[test]
fn every_version_makes_a_configuration_and_no_other() {
    for version in SUPPORTED_VERSIONS {
        let table = Table::builtin(*version).expect("the table loads");
        let config = RuntimeConfig::try_from(&table).expect("it is complete and consistent");
        assert_eq!(*Parameters::builtin(*version).expect("the version is supported"), config);
    }
    for version in [0, 83, 89, u32::MAX] {
        let error = ParametersError::UnsupportedVersion { version, first: 84, last: 88 };
        assert_eq!(Table::builtin(version), Err(error.clone()));
        assert_eq!(Parameters::builtin(version), Err(error));
    }
}

#[test]
fn a_table_survives_being_written_out() {
    for version in SUPPORTED_VERSIONS {
        let table = Table::builtin(*version).expect("the table loads");
        let again = Table::from_yaml(&table.to_yaml()).expect("what is written can be read");
        assert_eq!(again.diff(&table), []);
        assert!(again.iter().eq(table.iter()));
    }
}

#[test]
fn a_difference_names_key_old_and_new() {
    let [old, new] = [85, 87].map(|version| Table::builtin(version).expect("it is supported"));
    let differences: Vec<String> = old.diff(&new).iter().map(Difference::to_string).collect();
    assert_eq!(
        differences,
        [
            "burnt_gas_reward: 3/10 -> 0/1",
            "fix_contract_loading_error: false -> true",
            "max_state_init_entries: 4_294_967_295 -> 1_500",
            "min_contract_size_per_local: none -> 2",
            "ml_dsa_verify_host_fn: false -> true",
            "sha3_host_fns: false -> true",
        ]
    );
    assert_eq!(Table::builtin(86).map(|same| old.diff(&same)), Ok(vec![]));
}
