-- migrate:up

CREATE TABLE instruments (
    instrument_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    venue text NOT NULL,
    symbol text NOT NULL,
    currency char(3) NOT NULL,
    listed_on date NOT NULL DEFAULT current_date,
    UNIQUE (venue, symbol)
);

CREATE TABLE prices (
    instrument_id bigint NOT NULL REFERENCES instruments,
    priced_at timestamptz NOT NULL,
    price numeric(18, 6) NOT NULL CHECK (price > 0),
    source text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (instrument_id, priced_at, source)
);

CREATE INDEX prices_by_time ON prices (priced_at);

CREATE VIEW latest_prices AS
SELECT DISTINCT ON (instrument_id) instrument_id, priced_at, price, source
FROM prices
ORDER BY instrument_id, priced_at DESC;

-- The DAG of the same name writes it.
CREATE TABLE heartbeat (beat_at timestamptz PRIMARY KEY);

-- migrate:down
-- Nothing: what was applied is mended by the next migration.
