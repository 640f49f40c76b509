use super::super::{accepts, refuses};
use super::*;

const SHA: &str = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

fn parts(text: &str) -> (String, String, Option<String>, Option<String>) {
    let image = ImageRef::parse(text).unwrap_or_else(|invalid| panic!("`{text}`: {invalid}"));
    assert_eq!(image.to_string(), text);
    (image.registry().to_owned(), image.repository(), image.tag, image.digest)
}

#[test]
fn names_are_read_as_docker_reads_them() {
    // text, registry, repository, tag
    let cases = [
        ("test_com", "docker.io", "library/test_com", ""),
        ("test.com:tag", "docker.io", "library/test.com", "tag"),
        ("test.com:5000", "docker.io", "library/test.com", "5000"),
        ("test.com/repo:tag", "test.com", "repo", "tag"),
        ("test:5000/repo", "test:5000", "repo", ""),
        ("test:5000/repo:tag", "test:5000", "repo", "tag"),
        ("lowercase:Uppercase", "docker.io", "library/lowercase", "Uppercase"),
        ("sub-dom1.foo.com/bar/baz/quux:some-long-tag", "sub-dom1.foo.com", "bar/baz/quux", "some-long-tag"),
        (
            "b.gcr.io/test.example.com/my-app:test.example.com",
            "b.gcr.io",
            "test.example.com/my-app",
            "test.example.com",
        ),
        ("xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com", "myimage", "xn--n3h.com"),
        ("foo_bar.com:8080", "docker.io", "library/foo_bar.com", "8080"),
        ("foo/foo_bar.com:8080", "docker.io", "foo/foo_bar.com", "8080"),
        ("192.168.1.1", "docker.io", "library/192.168.1.1", ""),
        ("192.168.1.1:5000/repo:5050", "192.168.1.1:5000", "repo", "5050"),
        ("[2001:db8::1]/repo", "[2001:db8::1]", "repo", ""),
        ("[2001:db8:1:2:3:4:5:6]/repo:tag", "[2001:db8:1:2:3:4:5:6]", "repo", "tag"),
        ("[::1]:5000/repo:tag", "[::1]:5000", "repo", "tag"),
        ("localhost/debian", "localhost", "debian", ""),
        ("LOCALDOMAIN/library/debian", "LOCALDOMAIN", "library/debian", ""),
        ("Docker/docker", "Docker", "docker", ""),
        ("docker.io/debian", "docker.io", "library/debian", ""),
        ("index.docker.io/debian", "docker.io", "library/debian", ""),
        ("index.docker.io/docker/docker", "docker.io", "docker/docker", ""),
        ("docker---rules/docker", "docker.io", "docker---rules/docker", ""),
        ("dock__er/docker", "docker.io", "dock__er/docker", ""),
        ("d/docker", "docker.io", "d/docker", ""),
        (
            "docker.io/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
            "docker.io",
            "library/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
            "",
        ),
        (
            "thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev",
            "docker.io",
            "library/thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev",
            "",
        ),
    ];
    for (text, registry, repository, tag) in cases {
        let tag = (!tag.is_empty()).then(|| tag.to_owned());
        assert_eq!(parts(text), (registry.to_owned(), repository.to_owned(), tag, None), "{text}");
    }
}

#[test]
fn digests_are_kept_beside_tags() {
    assert_eq!(parts(&format!("test:5000/repo@{SHA}")).3.as_deref(), Some(SHA));
    let (_, _, tag, digest) = parts(&format!("[2001:db8::1]:5000/repo:tag@{SHA}"));
    assert_eq!((tag.as_deref(), digest.as_deref()), (Some("tag"), Some(SHA)));
    let long = format!("xn--7o8h.com/myimage:xn--7o8h.com@sha512:{}", "f".repeat(128));
    assert_eq!(parts(&long).3.map(|digest| digest.len()), Some(135));
}

#[test]
fn names_have_a_familiar_and_a_canonical_form() {
    let cases = [
        ("ubuntu", "ubuntu", "docker.io/library/ubuntu"),
        ("library/ubuntu", "ubuntu", "docker.io/library/ubuntu"),
        ("docker.io/foo", "foo", "docker.io/library/foo"),
        ("index.docker.io/fooo/bar", "fooo/bar", "docker.io/fooo/bar"),
        ("docker.io/library/foo/bar", "library/foo/bar", "docker.io/library/foo/bar"),
        ("store/foo/bar", "store/foo/bar", "docker.io/store/foo/bar"),
        ("localhost/fooo", "localhost/fooo", "localhost/fooo"),
        ("example.com:8000/private/moonbase", "example.com:8000/private/moonbase", "example.com:8000/private/moonbase"),
        ("FOO/bar", "FOO/bar", "FOO/bar"),
        ("ubuntu-12.04-base", "ubuntu-12.04-base", "docker.io/library/ubuntu-12.04-base"),
    ];
    for (text, familiar, canonical) in cases {
        let image = ImageRef::parse(text).unwrap();
        assert_eq!((image.familiar_name().as_str(), image.canonical_name().as_str()), (familiar, canonical));
        assert_eq!(ImageRef::parse(&image.familiar_name()).unwrap().canonical_name(), canonical);
    }
}

#[test]
fn lengths_are_limited() {
    assert!(ImageRef::parse(&format!("example.com/{}:tag", "a".repeat(255))).is_ok());
    assert!(ImageRef::parse(&format!("example.com/{}:tag", "a".repeat(256))).is_err());
    assert!(ImageRef::parse(&"a".repeat(247)).is_ok());
    assert!(ImageRef::parse(&"a".repeat(248)).is_err(), "`library/` counts");
    assert!(ImageRef::parse(&format!("a:{}", "t".repeat(128))).is_ok());
    assert!(ImageRef::parse(&format!("a:{}", "t".repeat(129))).is_err());
}

#[test]
fn wrong_references_are_refused_at_their_place() {
    refuses::<ImageRef>(&[
        ("", "", "the image reference is empty"),
        (":justtag", ":", "the image reference has no name"),
        ("@sha256:ffff", "@", "the image reference has no name"),
        ("nginx:", ":", "the tag after `:` is empty"),
        ("nginx:a b", " ", "an image reference holds no white space"),
        ("Nginx:1.27", "Nginx", "`Nginx` must be lower case"),
        ("test:5000/Uppercase/lowercase:tag", "Uppercase/lowercase", "`Uppercase/lowercase` must be lower case"),
        ("docker/Docker", "docker/Docker", "`docker/Docker` must be lower case"),
        ("aa/asdf$$^/aa", "asdf$$^", "`$` cannot stand in an image name"),
        ("https://github.com/docker/docker", ":", "`:` is not the port of a registry"),
        ("-docker/docker", "-docker", "`-docker` must begin and end with a letter or digit"),
        ("docker-/docker", "docker-", "`docker-` must begin and end with a letter or digit"),
        ("_docker/_docker", "_docker", "`_docker` must begin and end with a letter or digit"),
        ("-docker.io/docker/docker", "-docker.io", "`-docker.io` is not a registry host"),
        ("foo_bar.com/x", "foo_bar.com", "`foo_bar.com` is not a registry host"),
        ("docker///docker", "docker///docker", "the image name has an empty part"),
        ("docker/", "docker/", "the image name has an empty part"),
        ("x/dock..er/docker", "dock..er", "`..` cannot separate the words of an image name"),
        ("x/dock_.er/docker", "dock_.er", "`_.` cannot separate the words of an image name"),
        ("x/dock-.er/docker", "dock-.er", "`-.` cannot separate the words of an image name"),
        ("dock..er/docker", "dock..er", "`dock..er` is not a registry host"),
        ("[2001:db8::1]", "[2001", "`[` cannot stand in an image name"),
        ("[fe80::1%eth0]:5000/repo", "fe80::1%eth0", "`fe80::1%eth0` is not an IPv6 address"),
        (
            "[2001:db8:3:4::192.0.2.33]:5000/debian",
            "2001:db8:3:4::192.0.2.33",
            "`2001:db8:3:4::192.0.2.33` is not an IPv6 address",
        ),
        ("fc00::1:5000/debian", "::1:5000", "`::1:5000` is not the port of a registry"),
        (
            "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
            "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a",
            "64 hexadecimal digits are an image id, not an image reference",
        ),
        (
            "repo@sha256:ffffffffffffffffffffffffffffffffff",
            "ffffffffffffffffffffffffffffffffff",
            "the digest has 34 digits, `sha256` has 64",
        ),
        ("validname@invaliddigest:ff", "invaliddigest", "`invaliddigest` is not a digest algorithm"),
        ("a@sha256:FF", "FF", "a digest is written in lower-case hexadecimal digits"),
        ("a@sha256", "sha256", "`sha256` is not a digest"),
        ("a:-b", "-b", "`-b` is not a tag"),
        ("a:`id`", "`id`", "``id`` is not a tag"),
        ("${IMAGE}", "${IMAGE}", "`${IMAGE}` must be lower case"),
    ]);
    accepts::<ImageRef>(&[("nginx:1.27.3", "nginx:1.27.3"), ("docker.io/library/nginx", "docker.io/library/nginx")]);
}

#[test]
fn tags_pin_more_or_less_firmly() {
    let moving = [
        "latest",
        "stable",
        "edge",
        "nightly",
        "main",
        "master",
        "dev",
        "sts",
        "lts",
        "3-latest",
        "2022-latest",
        "alpine",
        "slim",
        "stable-alpine",
        "release",
        "production",
        "1.2.3-dev",
        "LATEST",
    ];
    let major =
        ["15", "7-alpine", "v3", "jdk17", "17-jdk-slim", "bookworm", "trixie-slim", "7-alpine3.20", "2022", "8-fpm"];
    let exact = [
        "17.5",
        "8.4",
        "1.27.3-alpine",
        "1.2.3-rc1",
        "1.0.0-beta",
        "20240101",
        "bookworm-20240101",
        "2024-01-05",
        "RELEASE.2024-01-16T16-07-38Z",
        "alpine3.20",
        "5f3c2a1",
        "abc1234",
        "sha-5f3c2a1",
        "8u412-jre",
        "1234567",
        "v1.8.2",
    ];
    for tag in moving {
        assert_eq!(pin_of_tag(tag), Pin::Moving(tag.to_owned()));
    }
    for tag in major {
        assert_eq!(pin_of_tag(tag), Pin::Major(tag.to_owned()));
    }
    for tag in exact {
        assert_eq!(pin_of_tag(tag), Pin::Exact(tag.to_owned()));
    }
    assert_eq!(ImageRef::parse("nginx").unwrap().pin(), Pin::None);
    assert_eq!(ImageRef::parse(&format!("nginx:latest@{SHA}")).unwrap().pin(), Pin::Digest);
}
