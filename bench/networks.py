"""The networks that other scripts compare with: recipes 2 and 3 in PyTorch, 3 in Keras, a Conv2d+LSTM."""

BANDS, FRAMES, OUTPUTS = 168, 125, 8
CHANNELS, KERNEL, POOL, UNITS = 128, 3, 4, 128


def pytorch(recipe="3-optimized"):
    from torch import cat, nn

    # Channels and pooling of each block, dropout behind it; layers and dropout of the LSTM; dropout.
    blocks, dropped, layers, between, last = {
        "2-enhanced": ([(64, 2), (128, 2)], 0.3, 3, 0.3, 0.3),
        "3-optimized": ([(CHANNELS, POOL), (CHANNELS, POOL)], 0.1, 2, 0.1, 0.4),
    }[recipe]

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            parts, width = [], BANDS
            for channels, pool in blocks:
                parts += [
                    nn.Conv1d(width, channels, KERNEL, padding=KERNEL // 2),
                    nn.BatchNorm1d(channels),
                    nn.ReLU(),
                    nn.MaxPool1d(pool),
                    nn.Dropout(dropped),
                ]
                width = channels
            self.conv = nn.Sequential(*parts)
            self.lstm = nn.LSTM(width, UNITS, layers, batch_first=True, dropout=between)
            pooled = 2 * UNITS if recipe == "3-optimized" else UNITS
            self.output = nn.Sequential(nn.Dropout(last), nn.Linear(pooled, OUTPUTS))

        def forward(self, features):
            states, _ = self.lstm(self.conv(features).transpose(1, 2))
            if recipe == "2-enhanced":
                return self.output(states[:, -1])
            deviation = (states.var(1, unbiased=False) + 1e-5).sqrt()
            return self.output(cat([states.mean(1), deviation], 1))

    return Network()


def conv2d(bands):
    """Return the network of `benches/conv2d_step.rs`."""
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            parts, width = [], 1
            for channels in [32, 64]:
                parts += [
                    nn.Conv2d(width, channels, 3, padding=1),
                    nn.BatchNorm2d(channels),
                    nn.ReLU(),
                    nn.MaxPool2d(2),
                ]
                width = channels
            self.conv = nn.Sequential(*parts)
            self.lstm = nn.LSTM(width * (bands // 4), UNITS, 2, batch_first=True)
            self.output = nn.Linear(UNITS, OUTPUTS)

        def forward(self, features):
            states, _ = self.lstm(self.conv(features).flatten(1, 2).transpose(1, 2))
            return self.output(states[:, -1])

    return Network()


def keras():
    import keras
    from keras import layers

    inputs = keras.Input((FRAMES, BANDS))
    hidden = inputs
    for _ in range(2):
        hidden = layers.Conv1D(CHANNELS, KERNEL, padding="same")(hidden)
        hidden = layers.BatchNormalization()(hidden)
        hidden = layers.ReLU()(hidden)
        hidden = layers.MaxPooling1D(POOL)(hidden)
        hidden = layers.Dropout(0.1)(hidden)
    l2 = keras.regularizers.L2(1e-4)
    for _ in range(2):
        hidden = layers.LSTM(
            UNITS, return_sequences=True, kernel_regularizer=l2, recurrent_regularizer=l2
        )(hidden)
    mean = layers.GlobalAveragePooling1D()(hidden)
    square = layers.GlobalAveragePooling1D()(layers.Lambda(lambda states: states**2)(hidden))
    deviation = layers.Lambda(
        lambda pair: keras.ops.sqrt(keras.ops.maximum(pair[0] - pair[1] ** 2, 0) + 1e-5)
    )([square, mean])
    hidden = layers.Dropout(0.4)(layers.Concatenate()([mean, deviation]))
    return keras.Model(inputs, layers.Dense(OUTPUTS)(hidden))
