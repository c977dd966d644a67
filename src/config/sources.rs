//! Where settings come from, and which names exist.
//!
//! Defaults, then `rollright.toml`, then variables, then options: each layer over the one before. A name that does not
//! exist stops the start, because a misspelled setting would otherwise silently not be set.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use config::{File, FileFormat};

use super::Config;
use super::settings::{PREFIX, SETTINGS};

/// The file that is read where none is named and it exists.
const DEFAULT_FILE: &str = "rollright.toml";
/// Puts the layers together. `file` is the one named on the command line.
pub(super) fn read(
    file: Option<PathBuf>,
    variables: impl Iterator<Item = (OsString, OsString)>,
    options: Vec<(&'static str, String)>,
) -> anyhow::Result<Config> {
    let variables = ours(variables)?;
    let mut builder = config::Config::builder();

    let named = file.or_else(|| find(&variables, "ROLLRIGHT_CONFIG").map(PathBuf::from));
    if let Some((path, text)) = read_file(named)? {
        let parsed = config::Config::builder()
            .add_source(File::from_str(&text, FileFormat::Toml))
            .build()
            .with_context(|| format!("cannot read {}", path.display()))?;
        check_keys(&parsed).with_context(|| format!("in {}", path.display()))?;
        builder = builder.add_source(parsed);
    }
    for (key, value) in from_variables(&variables)?.into_iter().chain(options) {
        builder = builder.set_override(key, value)?;
    }
    let config: Config = builder.build()?.try_deserialize()?;
    config.checked()
}

/// The text of the settings file, if there is one. A file that was asked for must be there.
fn read_file(named: Option<PathBuf>) -> anyhow::Result<Option<(PathBuf, String)>> {
    let (path, required) = match named {
        Some(path) => (path, true),
        None => (PathBuf::from(DEFAULT_FILE), false),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn check_keys(parsed: &config::Config) -> anyhow::Result<()> {
    let table = parsed.cache.clone().into_table()?;
    match table
        .keys()
        .find(|key| SETTINGS.iter().all(|setting| setting.key != **key))
    {
        Some(key) => Err(unknown(
            key,
            SETTINGS.iter().map(|setting| setting.key.to_owned()),
        )),
        None => Ok(()),
    }
}

/// The variables that concern us, without those that are empty: `X=` and an absent X are the same to most tools.
fn ours(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for (name, value) in variables {
        let Ok(name) = name.into_string() else {
            continue;
        };
        let known_elsewhere = SETTINGS
            .iter()
            .any(|setting| setting.label_studio == Some(&name));
        if !name.starts_with(PREFIX) && !known_elsewhere {
            continue;
        }
        let value = value
            .into_string()
            .map_err(|_| anyhow!("the value of {name} is not UTF-8"))?;
        if !value.is_empty() && !is_service_link(&name, &value) {
            found.push((name, value));
        }
    }
    Ok(found)
}

/// Kubernetes tells each container of a service named `rollright` by variables such as `ROLLRIGHT_PORT=tcp://…`,
/// `ROLLRIGHT_SERVICE_HOST` and `ROLLRIGHT_PORT_8080_TCP_ADDR`. They are not settings.
fn is_service_link(name: &str, value: &str) -> bool {
    let rest = name.strip_prefix(PREFIX).unwrap_or_default();
    rest.starts_with("SERVICE_HOST")
        || rest.starts_with("SERVICE_PORT")
        || rest.starts_with("PORT_")
        || (rest == "PORT" && value.contains("://"))
}

fn from_variables(variables: &[(String, String)]) -> anyhow::Result<Vec<(&'static str, String)>> {
    let mut known = vec!["ROLLRIGHT_CONFIG".to_owned()];
    let mut values = Vec::new();
    for setting in &SETTINGS {
        let name = setting.variable();
        let direct = find(variables, &name);
        let path = setting
            .file_variable()
            .and_then(|name| find(variables, &name));
        let elsewhere = setting.label_studio.and_then(|name| find(variables, name));
        let value = match (direct, path) {
            (Some(_), Some(_)) => bail!("{name} and {name}_FILE are both set; set one"),
            (Some(value), None) => Some(value.to_owned()),
            (None, Some(path)) => Some(read_secret(&name, Path::new(path))?),
            (None, None) => elsewhere.map(str::to_owned),
        };
        values.extend(value.map(|value| (setting.key, value)));
        known.push(name);
        known.extend(setting.file_variable());
    }
    let stranger = variables
        .iter()
        .find(|(name, _)| name.starts_with(PREFIX) && !known.contains(name));
    match stranger {
        Some((name, _)) => Err(unknown(name, known.into_iter())),
        None => Ok(values),
    }
}

/// What stands in a file for the user of this process alone; it is made where it is missing and
/// there is something to make it of.
pub(super) fn read_or_make(path: &Path, fresh: Option<String>) -> anyhow::Result<Option<String>> {
    if let Some(fresh) = fresh {
        make(path, &fresh)?;
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Written beside its name and put there whole, so that nobody who starts at the same moment reads half of it.
fn make(path: &Path, text: &str) -> anyhow::Result<()> {
    let made = || format!("cannot make {}", path.display());
    if path.exists() {
        return Ok(());
    }
    let chance = RandomState::new().build_hasher().finish();
    let beside = path.with_extension(format!("{chance:016x}"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside).with_context(made)?;
    let written = std::io::Write::write_all(&mut file, format!("{text}\n").as_bytes())
        .and_then(|()| file.sync_all())
        // Unlike a renaming, this gives way to whoever was faster.
        .and_then(|()| std::fs::hard_link(&beside, path));
    let removed = std::fs::remove_file(&beside);
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        other => other.with_context(made)?,
    }
    removed.with_context(made)
}

fn read_secret(name: &str, path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {}, which {name}_FILE names", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn find<'a>(variables: &'a [(String, String)], name: &str) -> Option<&'a str> {
    variables
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

fn unknown(name: &str, known: impl Iterator<Item = String>) -> anyhow::Error {
    match known.min_by_key(|candidate| strsim::damerau_levenshtein(name, candidate)) {
        Some(nearest) => anyhow!("there is no setting {name}; the nearest is {nearest}"),
        None => anyhow!("there is no setting {name}"),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::config::LogFormat;

    /// Reads settings from a file with this text, these variables and these options.
    fn read_all(
        text: &str,
        variables: &[(&str, &str)],
        options: &[(&'static str, &str)],
    ) -> anyhow::Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollright.toml");
        std::fs::write(&path, text).unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        read(
            Some(path),
            variables,
            options
                .iter()
                .map(|(key, value)| (*key, (*value).to_owned()))
                .collect(),
        )
    }

    fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
        format!(
            "{:#}",
            read_all(text, variables, &[]).expect_err("must be refused")
        )
    }

    #[test]
    fn an_option_wins_over_a_variable_over_the_file_over_the_default() {
        let file = "host = \"0.0.0.0\"\nport = 1\nlog_filter = \"warn\"\nlog_format = \"json\"\n";
        let variables = [
            ("ROLLRIGHT_PORT", "2"),
            ("ROLLRIGHT_LOG_FILTER", "debug"),
            ("HOME", "/root"),
        ];
        let config = read_all(file, &variables, &[("port", "3")]).unwrap();
        assert_eq!(config.port, 3);
        assert_eq!(config.log_filter, "debug");
        assert_eq!(config.host.to_string(), "0.0.0.0");
        assert_eq!(config.log_format, LogFormat::Json);
        assert_eq!(config.max_body_bytes, Config::default().max_body_bytes);
    }

    #[test]
    fn label_studios_names_are_known_and_ours_win_over_them() {
        let theirs = [
            ("LABEL_STUDIO_USERNAME", "a@example.com"),
            ("LABEL_STUDIO_PASSWORD", "one"),
            ("LABEL_STUDIO_USER_TOKEN", "token-1"),
            ("LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK", "true"),
            ("LABEL_STUDIO_BASE_DATA_DIR", "/ignored"),
        ];
        let config = read_all("", &theirs, &[]).unwrap();
        assert_eq!(config.username.as_deref(), Some("a@example.com"));
        assert_eq!(config.password.unwrap().expose_secret(), "one");
        assert_eq!(config.user_token.unwrap().expose_secret(), "token-1");
        assert!(config.disable_signup_without_link);

        let both = [
            ("LABEL_STUDIO_USERNAME", "a@example.com"),
            ("ROLLRIGHT_USERNAME", "b@example.com"),
        ];
        assert_eq!(
            read_all("", &both, &[]).unwrap().username.as_deref(),
            Some("b@example.com")
        );
    }

    #[test]
    fn a_secret_may_stand_in_a_file_without_its_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, " two words\r\n").unwrap();
        let path = path.to_str().unwrap();
        let variables = [
            ("ROLLRIGHT_USERNAME", "a@example.com"),
            ("ROLLRIGHT_PASSWORD_FILE", path),
        ];
        assert_eq!(
            read_all("", &variables, &[])
                .unwrap()
                .password
                .unwrap()
                .expose_secret(),
            " two words"
        );

        let both = [
            ("ROLLRIGHT_PASSWORD", "canary"),
            ("ROLLRIGHT_PASSWORD_FILE", path),
        ];
        let message = refusal("", &both);
        assert!(
            message.contains("both set") && !message.contains("canary"),
            "{message}"
        );
    }

    #[test]
    fn an_unknown_key_or_variable_is_refused_with_the_nearest_name() {
        assert!(refusal("prot = 1", &[]).contains("there is no setting prot; the nearest is port"));
        assert!(refusal("[database]\nurl = \"\"", &[]).contains("there is no setting database"));
        let message = refusal("", &[("ROLLRIGHT_DATABSE_URL", "canary")]);
        assert_eq!(
            message,
            "there is no setting ROLLRIGHT_DATABSE_URL; the nearest is ROLLRIGHT_DATABASE_URL"
        );
        assert!(
            refusal(
                "",
                &[("ROLLRIGHT_PORT_FILE", "x"), ("ROLLRIGHT_HOST_FILE", "x")]
            )
            .contains("ROLLRIGHT_HOST")
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_by_its_key() {
        assert!(refusal("", &[("ROLLRIGHT_PORT", "http")]).contains("`port`"));
        assert!(refusal("port = 70000", &[]).contains("70000"));
        assert!(refusal("", &[("ROLLRIGHT_LOG_FORMAT", "xml")]).contains("xml"));
        assert!(refusal("", &[("ROLLRIGHT_HOST", "localhost:1")]).contains("host"));
        assert!(refusal("port 1", &[]).contains("cannot read"));
    }

    #[test]
    fn an_empty_variable_and_a_service_link_of_kubernetes_are_no_settings() {
        let variables = [
            ("ROLLRIGHT_PASSWORD", ""),
            ("ROLLRIGHT_PORT", "tcp://10.0.0.1:8080"),
            ("ROLLRIGHT_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("ROLLRIGHT_SERVICE_HOST", "10.0.0.1"),
            ("ROLLRIGHT_SERVICE_PORT_HTTP", "8080"),
        ];
        let config = read_all("", &variables, &[]).unwrap();
        assert_eq!(config.port, 8080);
        assert!(config.password.is_none());
    }

    #[test]
    fn a_file_that_was_asked_for_must_be_there() {
        let variables = [(
            OsString::from("ROLLRIGHT_CONFIG"),
            OsString::from("/nonexistent/rollright.toml"),
        )];
        assert!(read(None, variables.into_iter(), Vec::new()).is_err());
        assert!(read(None, std::iter::empty(), Vec::new()).is_ok());
    }

    #[test]
    fn the_example_file_holds_every_setting_with_its_default() {
        let text = include_str!("../../config.example.toml");
        let defaults = format!("{:?}", Config::default());
        assert_eq!(format!("{:?}", read_all(text, &[], &[]).unwrap()), defaults);

        for setting in &SETTINGS {
            let start = format!("{} = ", setting.key);
            let commented = format!("# {start}");
            assert!(
                text.lines()
                    .any(|line| line.starts_with(&start) || line.starts_with(&commented)),
                "{} is not in config.example.toml",
                setting.key
            );
        }
        // The settings without a default are commented out; they must be right too.
        let is_setting = |line: &str| {
            SETTINGS
                .iter()
                .any(|setting| line.starts_with(&format!("# {} = ", setting.key)))
        };
        let all: Vec<&str> = text
            .lines()
            .map(|line| if is_setting(line) { &line[2..] } else { line })
            .collect();
        read_all(&all.join("\n"), &[], &[]).unwrap();
    }
}
