//! Which settings there are, and by which names each is known. Their types and defaults are in `Config`.

/// What all variables of ours begin with.
pub(super) const PREFIX: &str = "ROLLRIGHT_";

/// What there is to know of a setting besides its type.
pub(super) struct Setting {
    /// The key in the file; the variable is the same in capital letters, after the prefix.
    pub(super) key: &'static str,
    /// Whether the value may also stand in a file, whose path a variable with `_FILE` at its end gives.
    secret: bool,
    /// The name under which Label Studio's users know the variable.
    pub(super) label_studio: Option<&'static str>,
}

const fn plain(key: &'static str) -> Setting {
    Setting {
        key,
        secret: false,
        label_studio: None,
    }
}

const fn also(key: &'static str, label_studio: &'static str) -> Setting {
    Setting {
        key,
        secret: false,
        label_studio: Some(label_studio),
    }
}

const fn secret(key: &'static str, label_studio: Option<&'static str>) -> Setting {
    Setting {
        key,
        secret: true,
        label_studio,
    }
}

/// Every setting.
pub(super) const SETTINGS: [Setting; 21] = [
    plain("host"),
    plain("port"),
    plain("data_dir"),
    secret("database_url", None),
    plain("base_url"),
    also("username", "LABEL_STUDIO_USERNAME"),
    secret("password", Some("LABEL_STUDIO_PASSWORD")),
    secret("user_token", Some("LABEL_STUDIO_USER_TOKEN")),
    also(
        "disable_signup_without_link",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK",
    ),
    plain("log_format"),
    plain("log_filter"),
    plain("max_body_bytes"),
    plain("request_log_days"),
    plain("request_log_max_bytes"),
    secret("secret_key", None),
    plain("allow_private_networks"),
    plain("dns_server"),
    plain("trusted_proxies"),
    secret("smtp_url", None),
    plain("mail_from"),
    plain("forward_auth_prefix"),
];

impl Setting {
    /// The variable of this setting.
    pub(super) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key.to_uppercase())
    }

    /// The variable that gives the path of a file with the value, if it is a secret.
    pub(super) fn file_variable(&self) -> Option<String> {
        self.secret.then(|| format!("{}_FILE", self.variable()))
    }
}
