"""The network of recipe 3-optimized in PyTorch and in Keras, for other scripts in this folder."""

BANDS, FRAMES, OUTPUTS = 168, 125, 8
CHANNELS, KERNEL, POOL, UNITS = 128, 3, 4, 128


def pytorch():
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()

            def block(width):
                return nn.Sequential(
                    nn.Conv1d(width, CHANNELS, KERNEL, padding=KERNEL // 2),
                    nn.BatchNorm1d(CHANNELS),
                    nn.ReLU(),
                    nn.MaxPool1d(POOL),
                    nn.Dropout(0.2),
                )

            self.conv = nn.Sequential(block(BANDS), block(CHANNELS))
            self.lstm = nn.LSTM(CHANNELS, UNITS, 2, batch_first=True, dropout=0.2)
            self.output = nn.Sequential(nn.Dropout(0.4), nn.Linear(2 * UNITS, OUTPUTS))

        def forward(self, features):
            states, _ = self.lstm(self.conv(features).transpose(1, 2))
            deviation = (states.var(1, unbiased=False) + 1e-5).sqrt()
            return self.output(torch.cat([states.mean(1), deviation], 1))

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
        hidden = layers.Dropout(0.2)(hidden)
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
