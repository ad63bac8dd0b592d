"""Spectral features and effects against librosa's own results."""

import librosa
import numpy as np
import pytest

import undertone as ut


def close(found: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"n_fft": 512, "hop_length": 160, "win_length": 400},
        {"window": "hamming"},
        {"window": "blackman", "pad_mode": "reflect"},
        {"center": False},
    ],
)
def test_stft_and_back(speech: np.ndarray, options: dict) -> None:
    found, expected = ut.stft(speech, **options), librosa.stft(speech, **options)
    assert found.dtype == expected.dtype == np.complex64
    close(found, expected, 1e-6)
    options = {key: value for key, value in options.items() if key != "pad_mode"}
    for length in [{}, {"length": len(speech)}, {"length": len(speech) + 900}]:
        back = ut.istft(found, **options, **length)
        close(back, librosa.istft(expected, **options, **length), 1e-5)


def test_doubles_stay_doubles(speech: np.ndarray) -> None:
    found, expected = ut.stft(speech.astype(float)), librosa.stft(speech.astype(float))
    assert found.dtype == expected.dtype == np.complex128
    close(found, expected, 1e-12)


def test_stft_of_few_samples() -> None:
    y = np.linspace(-1, 1, 300, dtype=np.float32)
    with pytest.warns(UserWarning, match="too large"):
        expected = librosa.stft(y)
    close(ut.stft(y), expected, 1e-6)


def test_magnitude_and_phase(speech: np.ndarray) -> None:
    D = librosa.stft(np.concatenate([np.zeros(9000, np.float32), speech]))
    for found, expected in zip(ut.magphase(D), librosa.magphase(D), strict=True):
        assert found.dtype == expected.dtype
        close(found, expected, 1e-6)


def test_amplitude_to_db(speech: np.ndarray) -> None:
    S = np.abs(librosa.stft(speech))
    for options in [{}, {"ref": np.max}, {"ref": np.min}, {"top_db": None}, {"amin": 1e-3}]:
        close(ut.amplitude_to_db(S, **options), librosa.amplitude_to_db(S, **options), 1e-6)


@pytest.mark.parametrize("sr", [16000, 22050, 48000])
def test_filters(sr: int) -> None:
    for options in [{}, {"n_mels": 40, "fmin": 50, "fmax": 7000}, {"htk": True}, {"norm": None}]:
        found = ut.filters.mel(sr=sr, n_fft=1024, **options)
        close(found, librosa.filters.mel(sr=sr, n_fft=1024, **options), 1e-6)
    for options in [{}, {"tuning": 0.3}, {"n_chroma": 24}, {"octwidth": None}, {"base_c": False}]:
        found = ut.filters.chroma(sr=sr, n_fft=2048, **options)
        close(found, librosa.filters.chroma(sr=sr, n_fft=2048, **options), 1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("zero_crossing_rate", {}),
        ("zero_crossing_rate", {"frame_length": 1024, "hop_length": 256, "center": False}),
        ("rms", {}),
        ("rms", {"frame_length": 512, "hop_length": 128, "pad_mode": "reflect"}),
        ("chroma_stft", {"sr": 22050}),
        ("chroma_stft", {"n_fft": 4096, "tuning": 0.0, "norm": 2, "n_chroma": 24}),
        ("spectral_centroid", {"n_fft": 1024}),
        ("spectral_bandwidth", {}),
        ("spectral_bandwidth", {"p": 3, "norm": False}),
        ("spectral_rolloff", {}),
        ("spectral_rolloff", {"roll_percent": 0.1}),
        ("spectral_flatness", {}),
        ("spectral_contrast", {}),
        ("spectral_contrast", {"n_bands": 4, "fmin": 100, "quantile": 0.1, "linear": True}),
    ],
)
def test_features_of_frames(speech: np.ndarray, name: str, options: dict) -> None:
    # librosa adds up in single precision, in an order of its own for several channels.
    tolerance = 1e-3 if name == "spectral_flatness" else 2e-5
    y = np.concatenate([speech, np.zeros(3000, np.float32)])
    stereo = np.stack([y, y[::-1]])
    for samples in (y, y.astype(float), stereo):
        found = getattr(ut.feature, name)(y=samples, **options)
        close(found, getattr(librosa.feature, name)(y=samples, **options), tolerance)


def test_features_of_a_spectrogram(speech: np.ndarray) -> None:
    S = np.abs(librosa.stft(speech))
    for name in ["rms", "chroma_stft", "spectral_centroid", "spectral_bandwidth"]:
        close(getattr(ut.feature, name)(S=S), getattr(librosa.feature, name)(S=S), 2e-5)
    for name in ["spectral_rolloff", "spectral_flatness", "spectral_contrast"]:
        close(getattr(ut.feature, name)(S=S), getattr(librosa.feature, name)(S=S), 2e-5)
    chroma = librosa.feature.chroma_stft(S=S)
    close(ut.feature.tonnetz(chroma=chroma), librosa.feature.tonnetz(chroma=chroma), 1e-5)


def test_pitches_of_peaks(speech: np.ndarray) -> None:
    for found, expected in zip(ut.piptrack(y=speech), librosa.piptrack(y=speech), strict=True):
        close(found, expected, 1e-5)
    assert ut.estimate_tuning(y=speech) == pytest.approx(librosa.estimate_tuning(y=speech))


def test_onset_strength(speech: np.ndarray) -> None:
    for options in [{}, {"lag": 2}, {"center": False}, {"aggregate": np.median}]:
        found = ut.onset.onset_strength(y=speech, sr=22050, **options)
        close(found, librosa.onset.onset_strength(y=speech, sr=22050, **options), 1e-4)


def test_split(speech: np.ndarray) -> None:
    y = np.concatenate([np.zeros(9000, np.float32), speech, np.zeros(7000, np.float32), speech])
    for top_db in [20, 40, 60]:
        expected = librosa.effects.split(y, top_db=top_db)
        assert ut.effects.split(y, top_db=top_db).tolist() == expected.tolist()


def test_stretch(speech: np.ndarray) -> None:
    for rate in [0.8, 1.3]:
        found = ut.effects.time_stretch(speech, rate=rate)
        close(found, librosa.effects.time_stretch(speech, rate=rate), 1e-4)


def test_shift(speech: np.ndarray) -> None:
    for steps in [0.7, -3, 12]:
        found = ut.effects.pitch_shift(speech, sr=22050, n_steps=steps)
        expected = librosa.effects.pitch_shift(speech, sr=22050, n_steps=steps)
        assert found.shape == expected.shape
        # The resamplers differ near the highest frequencies.
        assert np.sqrt(np.mean((found - expected) ** 2)) < 0.02 * np.sqrt(np.mean(expected**2))


def test_tones_and_clicks(speech: np.ndarray) -> None:
    for options in [{}, {"kernel_size": (17, 21), "margin": (1.0, 3.0)}, {"n_fft": 1024}]:
        found = ut.effects.hpss(speech, **options)
        expected = librosa.effects.hpss(speech, **options)
        for one, other in zip(found, expected, strict=True):
            close(one, other, 1e-4)
    close(ut.effects.harmonic(speech), librosa.effects.harmonic(speech), 1e-4)
    close(ut.effects.percussive(speech), librosa.effects.percussive(speech), 1e-4)


def test_preemphasis(speech: np.ndarray) -> None:
    for options in [{}, {"coef": 0.5}]:
        found = ut.effects.preemphasis(speech, **options)
        assert found.dtype == np.float32
        close(found, librosa.effects.preemphasis(speech, **options), 1e-6)


def test_notes_and_times(speech: np.ndarray) -> None:
    notes = ["C2", "C7", "F#4", "Bb3", "a", "G♯-1"]
    assert ut.note_to_hz(notes) == pytest.approx(librosa.note_to_hz(notes))
    assert ut.note_to_hz("C2") == pytest.approx(librosa.note_to_hz("C2"))
    for options in [{}, {"sr": 16000, "hop_length": 160}, {"n_fft": 400}]:
        found = ut.frames_to_time([0, 3, 9], **options)
        assert found.tolist() == librosa.frames_to_time([0, 3, 9], **options).tolist()
        S = librosa.feature.rms(y=speech)
        assert ut.times_like(S, **options).tolist() == librosa.times_like(S, **options).tolist()


def test_util(speech: np.ndarray) -> None:
    S = np.abs(librosa.stft(np.concatenate([speech, np.zeros(9000, np.float32)])))
    for norm in [np.inf, 1, 2, None]:
        for axis in [0, 1, None]:
            found = ut.util.normalize(S, norm=norm, axis=axis)
            close(found, librosa.util.normalize(S, norm=norm, axis=axis), 1e-6)
    for size in [100, len(speech), 50000]:
        found = ut.util.fix_length(speech, size=size)
        assert np.array_equal(found, librosa.util.fix_length(speech, size=size))


def test_duration(speech: np.ndarray, samples: list[str]) -> None:
    assert ut.get_duration(y=speech, sr=22050) == librosa.get_duration(y=speech, sr=22050)
    assert ut.get_duration(path=samples[0]) == pytest.approx(librosa.get_duration(path=samples[0]))
