"""Features against librosa's own results."""

import librosa
import numpy as np
import pytest

import undertone as ut


def close(
    found: np.ndarray, expected: np.ndarray, tolerance: float, dtype: object = np.float32
) -> None:
    assert found.shape == expected.shape
    assert found.dtype == dtype
    scale = np.abs(expected).max()
    assert np.abs(found - expected).max() <= tolerance * scale


def test_mfcc(speech: np.ndarray) -> None:
    for options in [{}, {"n_mfcc": 40, "lifter": 22}, {"n_fft": 1024, "hop_length": 256, "n_mels": 64}]:
        close(
            ut.feature.mfcc(y=speech, sr=22050, **options),
            librosa.feature.mfcc(y=speech, sr=22050, **options),
            1e-5,
        )


def test_mfcc_of_a_spectrogram(speech: np.ndarray) -> None:
    db = librosa.power_to_db(librosa.feature.melspectrogram(y=speech))
    close(ut.feature.mfcc(S=db), librosa.feature.mfcc(S=db), 1e-5)


def test_mel_spectrogram(speech: np.ndarray) -> None:
    for options in [{}, {"fmin": 50, "fmax": 8000}, {"n_mels": 40, "hop_length": 160}]:
        close(
            ut.feature.melspectrogram(y=speech, sr=22050, **options),
            librosa.feature.melspectrogram(y=speech, sr=22050, **options),
            1e-5,
        )


def test_rates_that_are_not_whole(speech: np.ndarray, samples: list[str]) -> None:
    close(
        ut.feature.melspectrogram(y=speech, sr=11025.5),
        librosa.feature.melspectrogram(y=speech, sr=11025.5),
        1e-5,
    )
    for compute in (
        lambda: ut.pyin(speech, fmin=65, fmax=400, sr=22050.5),
        lambda: ut.load(samples[0], sr=22050.5),
        lambda: ut.resample(speech, orig_sr=22050, target_sr=0),
        lambda: ut.resample(speech, orig_sr=float("inf"), target_sr=16000),
    ):
        with pytest.raises(ut.ParameterError, match="whole number"):
            compute()


def test_mel_spectrogram_with_other_options(speech: np.ndarray) -> None:
    for options in [
        {"win_length": 1024},
        {"window": "hamming"},
        {"center": False},
        {"pad_mode": "reflect"},
        {"power": 1.0},
        {"htk": True},
        {"norm": None},
    ]:
        close(
            ut.feature.melspectrogram(y=speech, **options),
            librosa.feature.melspectrogram(y=speech, **options),
            1e-5,
        )
    S = np.abs(librosa.stft(speech))
    close(
        ut.feature.melspectrogram(S=S, sr=22050),
        librosa.feature.melspectrogram(S=S, sr=22050),
        1e-5,
    )


def test_several_channels(speech: np.ndarray) -> None:
    stereo = np.stack([speech, speech[::-1]])
    close(
        ut.feature.melspectrogram(y=stereo, n_mels=64),
        librosa.feature.melspectrogram(y=stereo, n_mels=64),
        1e-5,
    )


def test_power_to_db(speech: np.ndarray) -> None:
    power = librosa.feature.melspectrogram(y=speech)
    for options in [{}, {"ref": np.max}, {"top_db": None}, {"ref": 0.5, "amin": 1e-6}]:
        close(ut.power_to_db(power, **options), librosa.power_to_db(power, **options), 1e-6)


def test_delta(speech: np.ndarray) -> None:
    mfcc = librosa.feature.mfcc(y=speech)
    close(ut.feature.delta(mfcc), librosa.feature.delta(mfcc), 1e-5)
    close(ut.feature.delta(mfcc[0]), librosa.feature.delta(mfcc[0]), 1e-5)
    for order in [2, 3]:
        close(ut.feature.delta(mfcc, order=order), librosa.feature.delta(mfcc, order=order), 1e-4)


def test_trim(speech: np.ndarray) -> None:
    y = np.concatenate([np.zeros(9000, np.float32), speech, np.zeros(7000, np.float32)])
    for top_db in [20, 40, 60]:
        trimmed, index = ut.effects.trim(y, top_db=top_db)
        expected, expected_index = librosa.effects.trim(y, top_db=top_db)
        assert list(index) == list(expected_index)
        assert np.array_equal(trimmed, expected)


def test_pyin(speech: np.ndarray) -> None:
    f0, voiced, probability = ut.pyin(speech, fmin=65, fmax=800, sr=22050)
    expected, expected_voiced, expected_probability = librosa.pyin(
        speech, fmin=65, fmax=800, sr=22050
    )
    assert f0.shape == expected.shape
    assert np.mean(voiced == expected_voiced) > 0.95
    both = voiced & expected_voiced
    assert both.sum() > 10
    assert np.median(np.abs(f0[both] - expected[both]) / expected[both]) < 0.01
    assert np.corrcoef(probability, expected_probability)[0, 1] > 0.9


def test_load(samples: list[str]) -> None:
    for options in [{}, {"sr": None}, {"sr": 16000}, {"sr": None, "offset": 0.5, "duration": 1.0}]:
        found, rate = ut.load(samples[0], **options)
        expected, expected_rate = librosa.load(samples[0], **options)
        assert rate == expected_rate
        assert found.shape == expected.shape
        # The resamplers differ near the highest frequencies.
        assert np.sqrt(np.mean((found - expected) ** 2)) < 0.01 * np.sqrt(np.mean(expected**2))


def test_resample(speech: np.ndarray) -> None:
    found = ut.resample(speech, orig_sr=22050, target_sr=16000)
    expected = librosa.resample(speech, orig_sr=22050, target_sr=16000)
    assert found.shape == expected.shape
    assert np.sqrt(np.mean((found - expected) ** 2)) < 0.01 * np.sqrt(np.mean(expected**2))


@pytest.mark.parametrize(
    "call",
    [
        lambda y: ut.feature.mfcc(y=y, dct_type=3),
        lambda y: ut.feature.mfcc(y=y, n_mfcc=200),
        lambda y: ut.feature.mfcc(y=y, lifter=-1),
        lambda y: ut.effects.preemphasis(y[:1]),
        lambda y: ut.note_to_hz("H2"),
        lambda y: ut.feature.mfcc(y=y, n_mfcc=0),
        lambda y: ut.feature.melspectrogram(y=y, window="triangle"),
        lambda y: ut.feature.melspectrogram(),
        lambda y: ut.stft(y, hop_length=0),
        lambda y: ut.stft(y, win_length=4096),
        lambda y: ut.stft(y[:100], center=False),
        lambda y: ut.feature.zero_crossing_rate(y, hop_length=0),
        lambda y: ut.feature.rms(S=np.ones((3, 4))),
        lambda y: ut.feature.tonnetz(y=y),
        lambda y: ut.feature.spectral_rolloff(y=y, roll_percent=1),
        lambda y: ut.feature.spectral_contrast(y=y, n_bands=8),
        lambda y: ut.feature.spectral_centroid(S=-np.ones((3, 4))),
        lambda y: ut.feature.chroma_stft(y=y, n_chroma=0),
        lambda y: ut.effects.time_stretch(y, rate=0),
        lambda y: ut.effects.pitch_shift(y, sr=22050, n_steps=1, bins_per_octave=0),
        lambda y: ut.effects.hpss(y, margin=0.5),
        lambda y: ut.onset.onset_strength(y=y, lag=0),
        lambda y: ut.util.normalize(y, norm=-1),
        lambda y: ut.filters.mel(sr=22050, n_fft=2048, fmin=9000, fmax=8000),
        lambda y: ut.feature.delta(ut.feature.mfcc(y=y), order=9),
        lambda y: ut.feature.melspectrogram(y=y, n_fft=0),
        lambda y: ut.feature.melspectrogram(y=y, fmin=9000, fmax=8000),
        lambda y: ut.feature.melspectrogram(y=y[:0]),
        lambda y: ut.feature.melspectrogram(y=(y * 1000).astype(int)),
        lambda y: ut.feature.melspectrogram(y=np.full_like(y, np.nan)),
        lambda y: ut.feature.delta(ut.feature.mfcc(y=y), width=4),
        lambda y: ut.effects.trim(y, hop_length=0),
        lambda y: ut.effects.trim(y, top_db=-3),
        lambda y: ut.resample(y, orig_sr=0, target_sr=16000),
        lambda y: ut.resample(y, orig_sr=22050, target_sr=16000.5),
        lambda y: ut.resample(y, orig_sr=22050, target_sr=16000, res_type="best"),
        lambda y: ut.pyin(y, fmin=800, fmax=65),
        lambda y: ut.load("x.wav", mono=False),
    ],
)
def test_wrong_parameters_are_refused(speech: np.ndarray, call) -> None:
    with pytest.raises(ut.ParameterError):
        call(speech)
    with pytest.raises(ValueError, match=r".+"):
        call(speech)
