package io.tholepin.replica;

import com.alipay.sofa.jraft.core.Scheduler;
import com.alipay.sofa.jraft.core.TimerManager;
import com.alipay.sofa.jraft.util.SPI;
import com.alipay.sofa.jraft.util.timer.DefaultTimer;
import com.alipay.sofa.jraft.util.timer.RaftTimerFactory;
import com.alipay.sofa.jraft.util.timer.Timer;

/**
 * JRaft's timers on one thread each, started with the first task. JRaft's own factory turns a hashed wheel a thousand
 * times a second for each of four timers, whether or not anything is due; one member that leads alone needs one of the
 * four, twice a second. Public only because JRaft creates it by name (META-INF/services).
 */
@SPI(priority = 10)
public final class JRaftTimers implements RaftTimerFactory {
    /** For JRaft's service loader. */
    public JRaftTimers() {}

    @Override
    public Timer getElectionTimer(boolean shared, String name) {
        return createTimer(name);
    }

    @Override
    public Timer getVoteTimer(boolean shared, String name) {
        return createTimer(name);
    }

    @Override
    public Timer getStepDownTimer(boolean shared, String name) {
        return createTimer(name);
    }

    @Override
    public Timer getSnapshotTimer(boolean shared, String name) {
        return createTimer(name);
    }

    @Override
    public Scheduler getRaftScheduler(boolean shared, int workerNum, String name) {
        return createScheduler(workerNum, name);
    }

    @Override
    public Timer createTimer(String name) {
        return new DefaultTimer(1, name);
    }

    @Override
    public Scheduler createScheduler(int workerNum, String name) {
        return new TimerManager(workerNum, name);
    }
}
